import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { HistoryEvent, NewHistoryEvent } from '../../../../src/model/history-event.ts';

const ms = (value: number): number => Math.round(value * NS_PER_MS);
const KERNEL = { uncertaintyNs: 1000, source: 'kernel-trace' } as const;

/**
 * The Pods of every scene: `a` and `b` were there before, `c` comes as the replacement; `s` is what a StatefulSet makes
 * in the place of `a`, under the same name.
 */
export const PODS = {
  a: { name: 'web-a', uid: 'uid-a', node: 'node1', podIP: '198.18.0.2', containerId: 'ca' },
  b: { name: 'web-b', uid: 'uid-b', node: 'node2', podIP: '198.18.1.2', containerId: 'cb' },
  c: { name: 'web-c', uid: 'uid-c', node: 'node2', podIP: '198.18.1.3', containerId: 'cc' },
  s: { name: 'web-a', uid: 'uid-s', node: 'node1', podIP: '198.18.0.3', containerId: 'cs' },
} as const;
export type PodKey = keyof typeof PODS;

const CLIENT = '198.18.16.1';
const NODE = '198.18.16.11';
const OTHER_NODE = '198.18.16.12';

/** Short words for what observers write. All times are ms since run start; the delete is at 1000. */
export const scene = {
  phase: (phase: 'baseline' | 'disrupt' | 'stop-load' | 'clean-up', at: number): NewHistoryEvent => ({
    type: 'phase',
    phase,
    atNs: ms(at),
    uncertaintyNs: 0,
    source: 'harness',
  }),
  action: (key: PodKey, stage: 'requested' | 'accepted', at: number): NewHistoryEvent => ({
    type: 'action',
    action: 'delete',
    stage,
    kind: 'Pod',
    namespace: 'ns',
    name: PODS[key].name,
    uid: PODS[key].uid,
    atNs: ms(at),
    uncertaintyNs: 1000,
    source: 'harness',
  }),
  pod: (
    change: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED',
    key: PodKey,
    at: number,
    state: { ready?: boolean; deleting?: boolean; terminated?: boolean } = {},
  ): NewHistoryEvent => ({
    type: 'object',
    change,
    kind: 'Pod',
    namespace: 'ns',
    name: PODS[key].name,
    uid: PODS[key].uid,
    resourceVersion: '1',
    atNs: ms(at),
    uncertaintyNs: ms(2),
    source: 'api-watch',
    object: {
      metadata: {
        name: PODS[key].name,
        uid: PODS[key].uid,
        ...(state.deleting === true && { deletionTimestamp: '2025-01-01T00:00:00Z' }),
      },
      spec: { nodeName: PODS[key].node, containers: [{ name: 'app' }] },
      status: {
        podIP: PODS[key].podIP,
        hostIP: PODS[key].node === 'node1' ? NODE : OTHER_NODE,
        conditions: [{ type: 'Ready', status: state.ready === true ? 'True' : 'False' }],
        containerStatuses: [
          {
            name: 'app',
            containerID: `containerd://${PODS[key].containerId}`,
            state: state.terminated === true ? { terminated: {} } : { running: {} },
          },
        ],
      },
    },
  }),
  slice: (
    at: number,
    generation: number,
    endpoints: Partial<Record<PodKey, 'ready' | 'draining' | 'unready'>>,
  ): NewHistoryEvent => ({
    type: 'object',
    change: 'MODIFIED',
    kind: 'EndpointSlice',
    namespace: 'ns',
    name: 'web-x',
    uid: 'slice',
    resourceVersion: '1',
    atNs: ms(at),
    uncertaintyNs: ms(2),
    source: 'api-watch',
    object: {
      metadata: { generation, labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: (Object.keys(endpoints) as PodKey[]).map((key) => ({
        addresses: [PODS[key].podIP],
        targetRef: { uid: PODS[key].uid, name: PODS[key].name },
        conditions: {
          ready: endpoints[key] === 'ready',
          serving: endpoints[key] !== 'unready',
          terminating: endpoints[key] === 'draining',
        },
      })),
    },
  }),
  auditDelete: (key: PodKey, at: number): NewHistoryEvent => ({
    type: 'audit',
    auditId: `audit-${at}`,
    stage: 'ResponseComplete',
    verb: 'delete',
    resource: 'pods',
    subresource: null,
    namespace: 'ns',
    name: PODS[key].name,
    user: 'admin',
    code: 200,
    requestReceivedNs: ms(at),
    requestObject: { gracePeriodSeconds: 30, preconditions: { uid: PODS[key].uid } },
    responseObject: null,
    atNs: ms(at + 2),
    uncertaintyNs: 100_000,
    source: 'api-audit',
  }),
  signal: (key: PodKey, signal: number, at: number): NewHistoryEvent => ({
    type: 'signal-sent',
    signal,
    pid: 100,
    comm: 'node',
    senderComm: 'runc',
    container: { podUid: PODS[key].uid, containerId: PODS[key].containerId },
    atNs: ms(at),
    ...KERNEL,
  }),
  exit: (key: PodKey, at: number): NewHistoryEvent => ({
    type: 'process-exit',
    pid: 100,
    comm: 'node',
    container: { podUid: PODS[key].uid, containerId: PODS[key].containerId },
    atNs: ms(at),
    ...KERNEL,
  }),
  /** What the runtime leaves in a container that it has just started. */
  runtimeExit: (key: PodKey, containerId: string, at: number): NewHistoryEvent => ({
    type: 'process-exit',
    pid: 200,
    comm: 'runc:[0:PARENT]',
    container: { podUid: PODS[key].uid, containerId },
    atNs: ms(at),
    ...KERNEL,
  }),
  facts: (key: PodKey, at: number): NewHistoryEvent => ({
    type: 'process-facts',
    container: { podUid: PODS[key].uid, containerId: PODS[key].containerId },
    pod: PODS[key].name,
    containerName: 'app',
    pid: 100,
    comm: 'node',
    commandLine: ['node'],
    handledSignals: [15],
    atNs: ms(at),
    uncertaintyNs: 0,
    source: 'harness',
  }),
  listener: (key: PodKey, to: 'LISTEN' | 'CLOSE', at: number): NewHistoryEvent => ({
    type: 'socket-state',
    localAddress: '0.0.0.0',
    localPort: 8080,
    remoteAddress: '0.0.0.0',
    remotePort: 0,
    from: to === 'LISTEN' ? 'CLOSE' : 'LISTEN',
    to,
    container: { podUid: PODS[key].uid, containerId: PODS[key].containerId },
    atNs: ms(at),
    ...KERNEL,
  }),
  /** A socket inside a Pod, to the client as the Pod sees it; `byProcess`: not by a packet. */
  socket: (
    key: PodKey,
    seenPort: number,
    from: string,
    to: string,
    at: number,
    byProcess = false,
  ): NewHistoryEvent => ({
    type: 'socket-state',
    localAddress: PODS[key].podIP,
    localPort: 8080,
    remoteAddress: NODE,
    remotePort: seenPort,
    from,
    to,
    container: byProcess ? { podUid: PODS[key].uid, containerId: PODS[key].containerId } : null,
    atNs: ms(at),
    ...KERNEL,
  }),
  /** The Pod's process closed its side of a connection that it had read from, or the kernel did at its end. */
  closedAfterRead: (
    key: PodKey,
    seenPort: number,
    to: 'FIN_WAIT1' | 'CLOSE',
    readAt: number,
    at: number,
  ): NewHistoryEvent => ({
    type: 'socket-state',
    localAddress: PODS[key].podIP,
    localPort: 8080,
    remoteAddress: NODE,
    remotePort: seenPort,
    from: 'ESTABLISHED',
    to,
    container: { podUid: PODS[key].uid, containerId: PODS[key].containerId },
    pid: 100,
    lastReadNs: ms(readAt),
    atNs: ms(at),
    ...KERNEL,
  }),
  clientSocket: (clientPort: number, from: string, to: string, at: number): NewHistoryEvent => ({
    type: 'socket-state',
    localAddress: CLIENT,
    localPort: clientPort,
    remoteAddress: NODE,
    remotePort: 30080,
    from,
    to,
    container: null,
    atNs: ms(at),
    ...KERNEL,
  }),
  podReset: (key: PodKey, seenPort: number, reason: string, at: number): NewHistoryEvent => ({
    type: 'reset-sent',
    localAddress: PODS[key].podIP,
    localPort: 8080,
    remoteAddress: NODE,
    remotePort: seenPort,
    reason,
    atNs: ms(at),
    ...KERNEL,
  }),
  clientReset: (clientPort: number, at: number): NewHistoryEvent => ({
    type: 'reset-sent',
    localAddress: CLIENT,
    localPort: clientPort,
    remoteAddress: NODE,
    remotePort: 30080,
    reason: 'TCP_ABORT_ON_CLOSE',
    atNs: ms(at),
    ...KERNEL,
  }),
  /** The node itself answers the client. */
  nodeReset: (clientPort: number, reason: string, at: number): NewHistoryEvent => ({
    type: 'reset-sent',
    localAddress: NODE,
    localPort: 30080,
    remoteAddress: CLIENT,
    remotePort: clientPort,
    reason,
    atNs: ms(at),
    ...KERNEL,
  }),
  retransmit: (clientPort: number, at: number): NewHistoryEvent => ({
    type: 'retransmit',
    localAddress: CLIENT,
    localPort: clientPort,
    remoteAddress: NODE,
    remotePort: 30080,
    state: 'SYN_SENT',
    atNs: ms(at),
    ...KERNEL,
  }),
  sent: (key: PodKey, clientPort: number, seenPort: number, at: number): NewHistoryEvent => ({
    type: 'conntrack',
    node: 'node1',
    change: 'new',
    clientAddress: CLIENT,
    clientPort,
    serviceAddress: NODE,
    servicePort: 30080,
    podIP: PODS[key].podIP,
    podPort: 8080,
    seenAddress: NODE,
    seenPort,
    state: 'SYN_SENT',
    atNs: ms(at),
    uncertaintyNs: ms(1),
    source: 'conntrack',
  }),
  route: (
    node: string,
    change: 'listed' | 'added' | 'removed',
    key: PodKey,
    at: number,
  ): NewHistoryEvent => ({
    type: 'endpoint-routed',
    node,
    change,
    service: 'ns/web/tcp/http',
    policy: 'cluster',
    podIP: PODS[key].podIP,
    podPort: 8080,
    atNs: ms(at),
    uncertaintyNs: ms(1),
    source: 'dataplane',
  }),
  released: (key: PodKey, at: number): NewHistoryEvent => ({
    type: 'pod-network',
    node: PODS[key].node,
    change: 'released',
    podIP: PODS[key].podIP,
    atNs: ms(at),
    uncertaintyNs: ms(1),
    source: 'dataplane',
  }),
  /** A log shipper beside the app in Pod `a` ends; see {@link withLogShipper}. */
  logShipperExit: (at: number): NewHistoryEvent => ({
    type: 'process-exit',
    pid: 300,
    comm: 'fluent-bit',
    container: { podUid: PODS.a.uid, containerId: LOG_SHIPPER },
    atNs: ms(at),
    ...KERNEL,
  }),
  /** A port of its own that the log shipper closes. */
  logShipperListener: (port: number, at: number): NewHistoryEvent => ({
    type: 'socket-state',
    localAddress: '0.0.0.0',
    localPort: port,
    remoteAddress: '0.0.0.0',
    remotePort: 0,
    from: 'LISTEN',
    to: 'CLOSE',
    container: { podUid: PODS.a.uid, containerId: LOG_SHIPPER },
    atNs: ms(at),
    ...KERNEL,
  }),
  stamp: (
    key: PodKey,
    stamp: 'signal' | 'listener-closed' | 'drained' | 'exiting' | 'listening',
    at: number,
  ): NewHistoryEvent => ({
    type: 'app-stamp',
    stamp,
    pod: PODS[key].name,
    podUid: PODS[key].uid,
    container: 'app',
    fields: {},
    atNs: ms(at),
    uncertaintyNs: 50_000,
    source: 'app-log',
  }),
};

const LOG_SHIPPER = 'la';

/** The same history, with a second container in Pod `a`. */
export function withLogShipper(events: readonly NewHistoryEvent[]): readonly NewHistoryEvent[] {
  return events.map((event) => {
    if (event.type !== 'object' || event.kind !== 'Pod' || event.uid !== PODS.a.uid) return event;
    const { spec, status } = event.object as Record<'spec' | 'status', Record<string, unknown[]>>;
    const log = { name: 'log', containerID: `containerd://${LOG_SHIPPER}`, state: { running: {} } };
    const object = {
      ...event.object,
      spec: { ...spec, containers: [{ name: 'log' }, ...(spec['containers'] ?? [])] },
      status: { ...status, containerStatuses: [log, ...(status['containerStatuses'] ?? [])] },
    };
    return { ...event, object };
  });
}

/** What watch and kube-proxy show of another Service, whose Pods stay. */
export const OTHER_SERVICE: readonly NewHistoryEvent[] = [
  {
    type: 'object',
    change: 'LISTED',
    kind: 'EndpointSlice',
    namespace: 'ns',
    name: 'redis-x',
    uid: 'slice-redis',
    resourceVersion: '1',
    atNs: ms(105),
    uncertaintyNs: ms(2),
    source: 'api-watch',
    object: {
      metadata: { generation: 1, labels: { 'kubernetes.io/service-name': 'redis' } },
      endpoints: [
        {
          addresses: ['198.18.1.9'],
          targetRef: { uid: 'uid-redis', name: 'redis-0' },
          conditions: { ready: true, serving: true, terminating: false },
        },
      ],
    },
  },
  ...['node1', 'node2'].map((node): NewHistoryEvent => ({
    type: 'endpoint-routed',
    node,
    change: 'listed',
    service: 'ns/redis/tcp/',
    policy: 'cluster',
    podIP: '198.18.1.9',
    podPort: 6379,
    atNs: ms(115),
    uncertaintyNs: ms(1),
    source: 'dataplane',
  })),
];

/** Gives the events their ids, in the order of time. */
export function numbered(events: readonly NewHistoryEvent[]): readonly HistoryEvent[] {
  return events
    .toSorted((a, b) => a.atNs - b.atNs)
    .map((event, index): HistoryEvent => ({ id: index + 1, ...event }));
}
