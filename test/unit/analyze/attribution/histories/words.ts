import { NS_PER_MS } from '../../../../../src/model/duration.ts';
import type {
  KubeletEvent,
  NewHistoryEvent,
  ProcessFactsEvent,
} from '../../../../../src/model/history-event.ts';
import { PODS, scene as s, type PodKey } from '../write-scene.ts';

/** Times are kept to the microsecond, as the kernel prints them. */
export const toNs = (ms: number): number => Math.round(ms * 1000) * 1000;
const KERNEL = { uncertaintyNs: 1000, source: 'kernel-trace' } as const;

/** Process 1 of each Pod's app on the host; of `c` and `s` nobody reads it from /proc, since they come later. */
export const PID: Readonly<Record<PodKey, number>> = { a: 100, b: 101, c: 102, s: 103 };
/** First processes of other containers: a log shipper, a proxy, a container that was started anew. */
const FIRST: ReadonlySet<number> = new Set([300, 160, 170]);
export const CLIENT = '198.18.16.1';
export const NODE1 = '198.18.16.11';
export const NODE2 = '198.18.16.12';

/** A process of some container: of the app's own where no other is named. */
export interface Process {
  readonly pod: PodKey;
  readonly pid: number;
  readonly comm: string;
  readonly containerId?: string;
}

const refOf = ({ pod, containerId }: Process) => ({
  podUid: PODS[pod].uid,
  containerId: containerId ?? PODS[pod].containerId,
});

/** Its number in its own pid namespace: the first process of a container has 1. */
const innerPid = ({ pid, pod, containerId }: Process): number =>
  (containerId === undefined && pid === PID[pod]) || FIRST.has(pid) ? 1 : pid - 90;

/** Words that scenes do without: processes with a number of their own, what runtime and kubelet say, gaps. */
export const word = {
  /** By the container runtime, or by a process of the same container. */
  signal: (
    process: Process,
    signal: number,
    senderComm: string,
    at: number,
    sender?: Pick<Process, 'pid'>,
  ): NewHistoryEvent => ({
    ...{ type: 'signal-sent', signal, pid: process.pid, comm: process.comm, senderComm, siCode: 0 },
    ...{ innerPid: innerPid(process), senderPid: sender?.pid ?? 9000 },
    ...(sender !== undefined && {
      senderContainer: refOf(process),
      senderInnerPid: innerPid({ ...process, pid: sender.pid }),
    }),
    ...{ container: refOf(process), atNs: toNs(at), ...KERNEL },
  }),
  exit: (process: Process, at: number): NewHistoryEvent => ({
    ...{ type: 'process-exit', pid: process.pid, comm: process.comm },
    ...{ innerPid: innerPid(process), wholeProcess: true },
    ...{ container: refOf(process), atNs: toNs(at), ...KERNEL },
  }),
  outOfMemory: (process: Process, at: number): NewHistoryEvent => ({
    ...{ type: 'oom-kill', pid: process.pid, innerPid: innerPid(process), container: refOf(process) },
    ...{ atNs: toNs(at), ...KERNEL },
  }),
  /** `listeners`: how many sockets listen on the app's port. */
  facts: (pod: PodKey, at: number, listeners = 1): NewHistoryEvent => ({
    ...(s.facts(pod, at) as ProcessFactsEvent),
    ...{ pid: PID[pod], innerPid: 1 },
    listeners: [{ address: '0.0.0.0', port: 8080, sockets: listeners }],
  }),
  kubelet: (
    pod: PodKey,
    step: KubeletEvent['step'],
    at: number,
    more: Partial<KubeletEvent> = {},
  ): NewHistoryEvent => ({
    ...{
      type: 'kubelet',
      node: PODS[pod].node,
      step,
      podUid: PODS[pod].uid,
      container: 'app',
      subject: null,
    },
    ...{ atNs: toNs(at), uncertaintyNs: NS_PER_MS, source: 'kubelet' },
    ...more,
  }),
  /** `execId`: of a further process in the container. */
  runtime: (
    pod: PodKey,
    topic: string,
    at: number,
    more: {
      execId?: string;
      exitStatus?: number;
      containerId?: string;
      sandbox?: boolean;
      pid?: number;
    } = {},
  ): NewHistoryEvent => ({
    ...{ type: 'runtime', node: PODS[pod].node, topic, sandbox: more.sandbox ?? false },
    container: { podUid: PODS[pod].uid, containerId: more.containerId ?? PODS[pod].containerId },
    containerId: more.containerId ?? PODS[pod].containerId,
    exitStatus: more.exitStatus ?? null,
    execId: more.execId ?? null,
    pid: more.pid ?? (more.execId === undefined && more.containerId === undefined ? PID[pod] : null),
    atNs: toNs(at),
    uncertaintyNs: topic === '/tasks/exit' ? 50 * NS_PER_MS : 100_000,
    source: 'runtime',
  }),
  networkUp: (pod: PodKey, at: number): NewHistoryEvent => ({
    ...{ type: 'pod-network', node: PODS[pod].node, change: 'up', podIP: PODS[pod].podIP },
    ...{ atNs: toNs(at), uncertaintyNs: 1.5 * NS_PER_MS, source: 'dataplane' },
  }),
  gap: (
    source: NewHistoryEvent['source'],
    observer: string,
    fromMs: number,
    toMs: number,
    reason: string,
  ): NewHistoryEvent => ({
    ...{ type: 'observation-gap', observer, fromNs: toNs(fromMs), toNs: toNs(toMs), reason },
    ...{ atNs: toNs(toMs), uncertaintyNs: 0, source },
  }),
};

/** The same event with other fields. */
export function but(event: NewHistoryEvent, changes: Readonly<Record<string, unknown>>): NewHistoryEvent {
  return { ...event, ...changes };
}

/** Changes what the API shows of a Pod's app container, in every version of the object. */
export function specified(
  events: readonly NewHistoryEvent[],
  pod: PodKey,
  fields: object,
): readonly NewHistoryEvent[] {
  return events.map((event) => {
    if (event.type !== 'object' || event.kind !== 'Pod' || event.uid !== PODS[pod].uid) return event;
    const spec = event.object['spec'] as { containers: { name: string }[] } | undefined;
    if (spec === undefined) return event;
    const containers = spec.containers.map((each) => (each.name === 'app' ? { ...each, ...fields } : each));
    return but(event, { object: { ...event.object, spec: { ...spec, containers } } });
  });
}
