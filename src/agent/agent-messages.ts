import type { NewHistoryEvent } from '../model/history-event.ts';
import type { ClockIdentity } from '../model/remote-clock.ts';
import type { DirectConnections } from '../observe/dataplane/observe-conntrack.ts';

/** What the harness tells the agent, one JSON object a line. */
export type ToAgent =
  /** What does your clock show? Also the sign of life without which the agent ends. */
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'start'; readonly task: ObserveTask }
  /** Asks kube-proxy for its last sync. */
  | { readonly type: 'proxy-sync' }
  | { readonly type: 'process-facts'; readonly pods: readonly PodStatus[] }
  /** Ends the observers; what they still have to say comes before `done`. */
  | { readonly type: 'stop' };

/** What one agent is to look at. */
export interface ObserveTask {
  /** The node's name, as the cluster calls it. */
  readonly node: string;
  readonly proxyMode: string;
  /** Of the trial's workload. */
  readonly namespace: string;
  /** TCP ports at which connection tracking looks: NodePort, Service port. */
  readonly servicePorts: readonly number[];
  /** Connections to Pods without a Service's address in between; `null`: there are none. */
  readonly direct: DirectConnections | null;
  /** TCP ports at which the kernel's trace looks; `null`: someone else traces this kernel. */
  readonly kernelPorts: readonly number[] | null;
  /** Ways to run containerd's `ctr` on the node; the first one whose program is there is taken. */
  readonly ctr: readonly (readonly string[])[];
}

/** The part of a Pod that `readProcessFacts` reads. */
export interface PodStatus {
  readonly [field: string]: unknown;
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** What the agent tells, one JSON object a line. All its times count from `clock.originNs`. */
export type FromAgent =
  | { readonly type: 'hello'; readonly clock: ClockIdentity; readonly pidNamespace: string }
  | { readonly type: 'pong'; readonly id: number; readonly nowNs: number }
  /** `seq` counts from 1; a number that is missing is an event that was lost. */
  | { readonly type: 'event'; readonly seq: number; readonly event: NewHistoryEvent }
  /** A command was carried out; `seq` is the number of events until then. */
  | { readonly type: 'done'; readonly what: Exclude<ToAgent['type'], 'ping'>; readonly seq: number }
  | { readonly type: 'failed'; readonly message: string };
