import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../../src/model/history-event.ts';
import type { PodKey } from '../../write-scene.ts';
import { between, mostly } from '../numbers.ts';
import { withEvents, type Change, type Story } from '../story.ts';
import { specified, word } from '../words.ts';
import { about } from './about.ts';

interface Exec {
  readonly pid: number;
  readonly comm: string;
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** runc's init signals itself with its C library's own signal before it becomes the program. */
  readonly signalled: boolean;
}

/** An exec preStop hook runs in the app's container until the stop signal; with a shell there are two processes. */
export const execHook: fc.Arbitrary<Change> = fc
  .record({ before: mostly(1, 20, 100), shell: fc.boolean(), signalled: fc.boolean() })
  .map(({ before, shell, signalled }) => (story: Story): Story => {
    const { toldMs } = story;
    const toMs = (toldMs ?? 0) - before;
    if (toldMs === null || toMs < 1010) return story;
    const exec = { pid: 400, comm: shell ? 'sh' : 'sleep', id: 'hook', fromMs: 1009, toMs, signalled };
    const hook = { lifecycle: { preStop: { exec: { command: ['sleep', '1'] } } } };
    return withEvents({ ...story, events: specified(story.events, 'a', hook) }, [
      ...execEvents('a', exec),
      ...(shell ? [word.exit({ pod: 'a', pid: 401, comm: 'sleep' }, toMs - 0.2)] : []),
      word.kubelet('a', 'prestop-started', 1008.5),
      word.kubelet('a', 'prestop-ended', toMs + 0.4),
    ]);
  });

/** An exec probe runs in the app's container all the time; one that takes too long is killed by the runtime. */
export const execProbe: fc.Arbitrary<Change> = fc
  .record({
    ...{ near: about, every: between(100, 900), took: between(2, 60) },
    ...{ signalled: fc.boolean(), killed: fc.boolean() },
  })
  .map(({ near, every, took, signalled, killed }) => (story: Story): Story => {
    const pod = story.connection?.pod ?? 'b';
    const until = story.runsUntil[pod];
    if (until === undefined) return story;
    const one = (story.connection?.endMs ?? 1500) + near;
    const ends = [-2, -1, 0, 1].map((n) => one + n * every).filter((at) => at > 510 && at < until - 0.1);
    const probe = { readinessProbe: { exec: { command: ['check'] }, periodSeconds: 1 } };
    return withEvents(
      { ...story, events: specified(story.events, pod, probe) },
      ends.flatMap((toMs, n) => {
        const exec = { pid: 500 + n, comm: 'check', id: `probe${n}`, fromMs: toMs - took, toMs, signalled };
        const kill = word.signal({ pod, pid: exec.pid, comm: 'check' }, 9, 'runc', toMs - 0.1);
        return [...execEvents(pod, exec), ...(killed ? [kill] : [])];
      }),
    );
  });

/** A further process in the app's container, as runtime and kernel show it. */
function execEvents(
  pod: PodKey,
  { pid, comm, id, fromMs, toMs, signalled }: Exec,
): readonly NewHistoryEvent[] {
  const init = { pod, pid, comm: 'runc:[2:INIT]' };
  const exec = { execId: id, pid };
  return [
    word.runtime(pod, '/tasks/exec-added', fromMs - 4, { execId: id }),
    ...(signalled ? [word.signal(init, 33, 'runc:[2:INIT]', fromMs - 1, { pid })] : []),
    word.runtime(pod, '/tasks/exec-started', fromMs, exec),
    word.exit({ pod, pid, comm }, toMs),
    word.runtime(pod, '/tasks/exit', toMs + 0.5, { ...exec, exitStatus: 0 }),
  ];
}
