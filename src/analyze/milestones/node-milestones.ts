import type { ConntrackEvent, HistoryEvent, RouteEvent, RuntimeEvent } from '../../model/history-event.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { TrialApp, Victim } from '../../model/trial-record.ts';
import { hooksOf } from '../objects/container-specs.ts';
import { isOwnRoute, type VictimRoutes } from '../routes/victim-routes.ts';
import type { KnownPod, PodBook } from '../objects/pod-book.ts';
import { signalName } from '../words/signal-name.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

export interface NodeContext {
  readonly book: PodBook;
  readonly app: TrialApp | undefined;
  readonly moments: TrialMoments;
  readonly routes: readonly VictimRoutes[];
}

/**
 * What the nodes show: when each node's kube-proxy stopped sending to a victim and sent its last fresh connection to
 * it, when its network and its sandbox went, its containers' ends as the runtime says; and when each node began to
 * send to a new Pod.
 */
export function nodeMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  { book, app, moments, routes }: NodeContext,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const victimUids = new Set(victims.map(({ uid }) => uid));
  const first = new Map<string, Milestone>();
  const last = new Map<string, Milestone>();
  for (const event of events) {
    if (event.atNs < disruptionNs) continue;
    if (event.atNs >= (cleanUpNs ?? Infinity)) break;
    const step = stepOf(event, book, app, victimUids);
    if (step === undefined) continue;
    const { name, pod, node, container } = step;
    const key = `${name} ${pod.uid} ${node ?? ''} ${container ?? ''}`;
    if (LAST_COUNTS.has(name)) last.set(key, milestone(step, event));
    else if (!first.has(key)) first.set(key, milestone(step, event));
  }
  const removed = routes.flatMap(({ podUid, node, removal }) => {
    const pod = book.byUid(podUid);
    if (pod === undefined || removal === null) return [];
    return [milestone({ name: 'route-removed', pod, node, container: null }, removal)];
  });
  return [...first.values(), ...last.values(), ...removed];
}

function milestone({ name, pod, node, container, detail }: Step, event: HistoryEvent): Milestone {
  return {
    name,
    pod: pod.name,
    podUid: pod.uid,
    node,
    container,
    atNs: event.atNs,
    uncertaintyNs: event.uncertaintyNs,
    source: event.source,
    eventId: event.id,
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Connections go on, and a hook may be run again: the last one says when it was over. */
const LAST_COUNTS: ReadonlySet<MilestoneName> = new Set(['last-fresh-connection', 'prestop-ended']);

interface Step {
  readonly name: MilestoneName;
  readonly pod: KnownPod;
  readonly node: string | null;
  readonly container: string | null;
  readonly detail?: string;
}

function stepOf(
  event: HistoryEvent,
  book: PodBook,
  app: TrialApp | undefined,
  victims: ReadonlySet<string>,
): Step | undefined {
  switch (event.type) {
    case 'endpoint-routed':
      return isOwnRoute(event, app) ? routeStep(event, book, victims) : undefined;
    case 'conntrack':
      // Who else connects to the Pod, to a port of its own, is none of the load.
      return event.podPort === (app?.port ?? event.podPort)
        ? connectionStep(event, book, victims)
        : undefined;
    case 'pod-network': {
      const pod = book.byAddress(event.podIP, event.atNs);
      const isEnd = event.change === 'released' && pod !== undefined && victims.has(pod.uid);
      return isEnd ? { name: 'network-released', pod, node: event.node, container: null } : undefined;
    }
    case 'runtime':
      return runtimeStep(event, book, victims);
    default:
      return undefined;
  }
}

function routeStep(event: RouteEvent, book: PodBook, victims: ReadonlySet<string>): Step | undefined {
  const pod = book.byAddress(event.podIP, event.atNs);
  if (pod === undefined || victims.has(pod.uid)) return undefined;
  // A Pod that was there all the time may flap; only a new one is a replacement.
  return event.change === 'added' && book.isNew(pod)
    ? { name: 'replacement-routed', pod, node: event.node, container: null }
    : undefined;
}

function connectionStep(
  event: ConntrackEvent,
  book: PodBook,
  victims: ReadonlySet<string>,
): Step | undefined {
  // Where nothing was translated the connection only passes through, or is the kubelet's own probe.
  if (event.change !== 'new' || event.serviceAddress === event.podIP) return undefined;
  const pod = book.byAddress(event.podIP, event.atNs);
  return pod !== undefined && victims.has(pod.uid)
    ? { name: 'last-fresh-connection', pod, node: event.node, container: null }
    : undefined;
}

function runtimeStep(event: RuntimeEvent, book: PodBook, victims: ReadonlySet<string>): Step | undefined {
  if (event.container === null || !victims.has(event.container.podUid)) return undefined;
  const pod = book.byUid(event.container.podUid);
  if (pod === undefined) return undefined;
  const { node, topic } = event;
  const exits = topic === '/tasks/exit';
  if (event.sandbox) return exits ? { name: 'sandbox-stopped', pod, node, container: null } : undefined;
  const container = pod.containers.get(event.container.containerId);
  if (container === undefined) return undefined;
  if (event.execId == null) {
    const detail = event.exitStatus === null ? {} : { detail: exitWords(event.exitStatus) };
    return exits ? { name: 'process-exited', pod, node, container, ...detail } : undefined;
  }
  // A further process in a container is its preStop hook only where no probe runs one too.
  const { execPreStop, execProbe } = hooksOf(pod.object, container);
  if (!execPreStop || execProbe) return undefined;
  if (topic === '/tasks/exec-started') return { name: 'prestop-started', pod, node, container };
  return exits ? { name: 'prestop-ended', pod, node, container } : undefined;
}

/** A process that a signal ended has 128 more than the signal's number. */
function exitWords(status: number): string {
  return status > 128 ? `code ${status}: ${signalName(status - 128)}` : `code ${status}`;
}
