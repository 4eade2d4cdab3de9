import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../src/model/history-event.ts';
import { scene as s } from '../write-scene.ts';
import { between, mostly } from './numbers.ts';
import { FOREVER, type World } from './story.ts';
import { but, PID, word } from './words.ts';

/** How Pod `a` goes; ms since run start, the delete is at 1000. */
export interface Going {
  /** `graceful`: it answers what it has and exits. `abrupt`: SIGTERM ends it at once. `killed`: SIGKILL does. */
  readonly how: 'graceful' | 'abrupt' | 'killed';
  readonly toldMs: number;
  /** SIGKILL, where it came. */
  readonly killMs: number | null;
  readonly listenerClosedMs: number;
  readonly exitMs: number;
  readonly releasedMs: number;
  readonly node1RemovedMs: number;
  readonly node2RemovedMs: number;
  readonly goneMs: number;
}

const deltas = {
  told: fc.oneof(between(1010, 1040), between(1010, 1400)),
  exited: mostly(1, 60, 600),
  released: between(15, 150),
  node1: mostly(1020, 1300, 2600),
  node2: mostly(1020, 1300, 2600),
  gone: between(20, 400),
};

/** SIGTERM; the listener closes; what is in hand is answered; the process exits. */
export const graceful: fc.Arbitrary<Going> = fc
  .record({ ...deltas, closed: mostly(0.1, 15, 80) })
  .map((d) => finish('graceful', d.told, null, d.told + d.closed, d.told + d.closed + d.exited, d));

/** SIGTERM has its default effect: the process is gone at once, with whatever it has in hand. */
export const abrupt: fc.Arbitrary<Going> = fc.record(deltas).map((d) => {
  const exit = d.told + 0.1;
  return finish('abrupt', d.told, null, exit + 0.05, exit, d);
});

/** SIGTERM is not heeded and SIGKILL follows, or (`grace` 0) SIGKILL comes at once. */
export const killed: fc.Arbitrary<Going> = fc
  .record({ ...deltas, grace: fc.oneof(fc.constant(0), between(30, 600)) })
  .map((d) => {
    const kill = d.told + d.grace;
    return finish('killed', d.told, kill, kill + 0.15, kill + 0.1, d);
  });

export const anyGoing = fc.oneof(graceful, abrupt, killed);
export const dying = fc.oneof(abrupt, killed);

type Deltas = Readonly<Record<'released' | 'node1' | 'node2' | 'gone', number>>;

function finish(
  how: Going['how'],
  toldMs: number,
  killMs: number | null,
  listenerClosedMs: number,
  exitMs: number,
  d: Deltas,
): Going {
  const releasedMs = exitMs + d.released;
  const times = { toldMs, killMs, listenerClosedMs, exitMs, releasedMs, goneMs: releasedMs + d.gone };
  return { how, ...times, node1RemovedMs: d.node1, node2RemovedMs: d.node2 };
}

/** When the last listener and the last process have gone: nothing is accepted from then on. */
export const closedMs = ({ listenerClosedMs, exitMs }: Going): number => Math.min(listenerClosedMs, exitMs);

/** node1 sends to it at least until then. */
export function routedUntil(going: Going, ms: number): Going {
  return { ...going, node1RemovedMs: Math.max(going.node1RemovedMs, ms) };
}

/** Pods `a` and `b` serve; the load begins. */
export function before(): readonly NewHistoryEvent[] {
  return [
    s.pod('LISTED', 'a', 100, { ready: true }),
    s.pod('LISTED', 'b', 100, { ready: true }),
    s.slice(110, 1, { a: 'ready', b: 'ready' }),
    ...(['node1', 'node2'] as const).flatMap((node) => [
      s.route(node, 'listed', 'a', 120),
      s.route(node, 'listed', 'b', 120),
    ]),
    word.facts('a', 130),
    word.facts('b', 130),
    s.phase('baseline', 500),
    s.phase('disrupt', 999),
  ];
}

/** What is seen of a Pod that is deleted at 1000, other than in EndpointSlices. */
export function end(pod: 'a' | 'b', { how, toldMs, killMs, ...at }: Going): readonly NewHistoryEvent[] {
  const app = { pod, pid: PID[pod], comm: 'node' };
  const atOnce = killMs === toldMs;
  const exitStatus = how === 'graceful' ? 0 : killMs === null ? 143 : 137;
  const stamps = [
    s.stamp(pod, 'signal', toldMs + 0.06),
    s.stamp(pod, 'listener-closed', at.listenerClosedMs + 0.06),
    s.stamp(pod, 'drained', at.exitMs - 0.3),
    s.stamp(pod, 'exiting', at.exitMs - 0.2),
  ];
  return [
    s.action(pod, 'requested', 1000),
    s.auditDelete(pod, 1001),
    s.action(pod, 'accepted', 1004),
    s.pod('MODIFIED', pod, 1006, { ready: true, deleting: true }),
    word.kubelet(pod, 'termination-started', 1007, { container: null }),
    word.kubelet(pod, 'stop-requested', toldMs - 2, { graceSeconds: atOnce ? 0 : 30 }),
    ...(atOnce ? [] : [word.signal(app, 15, 'runc', toldMs)]),
    ...(killMs === null ? [] : [word.signal(app, 9, 'runc', killMs)]),
    ...(how === 'graceful' ? stamps : []),
    but(s.listener(pod, 'CLOSE', at.listenerClosedMs), { pid: PID[pod] }),
    word.exit(app, at.exitMs),
    word.runtime(pod, '/tasks/exit', at.exitMs + 1, { exitStatus }),
    word.kubelet(pod, 'container-stopped', at.exitMs + 10),
    word.runtime(pod, '/tasks/exit', at.releasedMs + 1, { sandbox: true, containerId: `pause-${pod}` }),
    s.released(pod, at.releasedMs),
    s.route('node1', 'removed', pod, at.node1RemovedMs),
    s.route('node2', 'removed', pod, at.node2RemovedMs),
    s.pod('DELETED', pod, at.goneMs, { deleting: true, terminated: true }),
  ];
}

export function theTail(): readonly NewHistoryEvent[] {
  return [
    s.pod('MODIFIED', 'b', 8800, { ready: true }),
    s.phase('stop-load', 9000),
    s.phase('clean-up', 9100),
  ];
}

/** Pod `a` is deleted and goes like this; `b` stays. */
export function deletion(going: Going): World {
  const runsUntil = { a: going.exitMs, b: FOREVER };
  const slices = [
    s.slice(1015, 3, { a: 'draining', b: 'ready' }),
    s.slice(going.goneMs - 5, 4, { b: 'ready' }),
  ];
  const events = [...before(), ...end('a', going), ...slices, ...theTail()];
  return { events, others: [], runsUntil, toldMs: going.toldMs };
}

/** Nobody is deleted: the disruption comes to nothing. */
export function nobodyGoes(): World {
  const events = [...before(), ...theTail()];
  return { events, others: [], runsUntil: { a: FOREVER, b: FOREVER }, toldMs: null };
}
