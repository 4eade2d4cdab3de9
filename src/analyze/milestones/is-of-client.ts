import type { ConntrackEvent } from '../../model/history-event.ts';

/**
 * Whether a client of the Service has made this connection. Where nothing was translated it only passes through a second
 * node, or is the kubelet's own probe.
 *
 * @param clients addresses of loads inside the cluster, which may go to Pods without a Service in between
 */
export function isOfClient(event: ConntrackEvent, clients: ReadonlySet<string>): boolean {
  return event.serviceAddress !== event.podIP || clients.has(event.clientAddress);
}
