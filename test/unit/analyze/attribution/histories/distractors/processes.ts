import fc from 'fast-check';

import { PODS, scene as s, withLogShipper } from '../../write-scene.ts';
import { between } from '../numbers.ts';
import { withEvents, type Change, type Story } from '../story.ts';
import { but, PID, word } from '../words.ts';
import { about } from './about.ts';

/** The app runs a program of its own, or somebody does by hand: nothing says what it is. */
export const childProcess: fc.Arbitrary<Change> = fc
  .record({ near: about, bySignal: fc.boolean() })
  .map(({ near, bySignal }) => (story: Story): Story => {
    const pod = story.connection?.pod ?? 'a';
    const at = (story.connection?.endMs ?? 1500) + near;
    if (at > (story.runsUntil[pod] ?? 0)) return story;
    const child = { pod, pid: 600, comm: 'convert' };
    const kill = word.signal(child, 15, 'node', at - 0.1, { pid: PID[pod] });
    return withEvents(story, [...(bySignal ? [kill] : []), word.exit(child, at)]);
  });

/** A process of Pod `b` gets the number that process 1 of `a` had, and ends. */
export const pidUsedAgain: fc.Arbitrary<Change> = about.map((near) => (story: Story): Story => {
  const at = (story.connection?.endMs ?? 1500) + near;
  const over = story.runsUntil.a;
  if (over === undefined || at < over + 1 || story.runsUntil.b === undefined) return story;
  return withEvents(story, [but(word.exit({ pod: 'b', pid: PID.a, comm: 'check' }, at), { innerPid: 77 })]);
});

/** A log shipper beside the app in Pod `a` ends, with a listener of its own. */
export const logShipper: fc.Arbitrary<Change> = fc
  .record({ near: about, listens: fc.boolean(), told: fc.boolean() })
  .map(({ near, listens, told }) => (story: Story): Story => {
    const at = (story.connection?.endMs ?? 1500) + near;
    const alone = !story.events.some((event) => JSON.stringify(event).includes('"proxy"'));
    if (!alone || story.runsUntil.a === undefined) return story;
    const shipper = { pod: 'a', pid: 300, comm: 'fluent-bit', containerId: 'la' } as const;
    return withEvents({ ...story, events: withLogShipper(story.events) }, [
      ...(told ? [word.signal(shipper, 15, 'runc', at - 0.3)] : []),
      s.logShipperExit(at),
      ...(listens ? [s.logShipperListener(9000, at + 0.1)] : []),
      word.runtime('a', '/tasks/exit', at + 1, { containerId: 'la', exitStatus: 0 }),
    ]);
  });

/** Workers share the port (SO_REUSEPORT): one of them closes its listener, the others go on. */
export const sharedPort: fc.Arbitrary<Change> = fc
  .record({ near: about, ends: fc.boolean(), told: fc.boolean() })
  .map(({ near, ends, told }) => (story: Story): Story => {
    const pod = story.connection?.pod ?? 'b';
    const at = (story.connection?.startMs ?? 1500) + near;
    if (pod === 'c' || at < 510 || at > (story.runsUntil[pod] ?? 0)) return story;
    const worker = { pod, pid: 700, comm: 'worker' };
    const events = story.events.map((event) =>
      event.type === 'process-facts' && event.pod === PODS[pod].name ? word.facts(pod, 130, 2) : event,
    );
    return withEvents({ ...story, events }, [
      ...(told ? [but(s.listener(pod, 'LISTEN', 60), { pid: PID[pod] })] : []),
      ...(told ? [but(s.listener(pod, 'LISTEN', 61), { pid: 700 })] : []),
      ...(ends ? [word.exit(worker, at - 0.05)] : []),
      but(s.listener(pod, 'CLOSE', at), { pid: 700 }),
    ]);
  });

/** The first process of `b` is told to read its configuration again. */
export const reload: fc.Arbitrary<Change> = between(1005, 4000).map(
  (at) =>
    (story: Story): Story =>
      at < (story.runsUntil.b ?? 0)
        ? withEvents(story, [word.signal({ pod: 'b', pid: PID.b, comm: 'node' }, 1, 'runc', at)])
        : story,
);
