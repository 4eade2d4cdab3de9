import { NS_PER_MS } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { Finding } from '../../model/verdict.ts';
import { formatMs } from '../words/format-figures.ts';
import type { JudgedTrial } from './judged-trial.ts';
import { orderOf } from '../times/order-of.ts';

type Input = Pick<JudgedTrial, 'milestones' | 'hookFates' | 'victims'>;

/**
 * A hook is there to keep a Pod serving until nobody sends to it any more. One that makes the app close its listener
 * itself, before the last node has stopped sending, takes away what it should give.
 */
export function listenerInHookFindings({ milestones, hookFates, victims }: Input): readonly Finding[] {
  const seen = hookFates.flatMap((fate) => {
    const own = milestones.filter(({ podUid }) => podUid === fate.podUid);
    const step = (name: MilestoneName): Milestone | undefined => own.find((each) => each.name === name);
    const closed = step('listener-closed');
    const { started, over, signalled, exited, container } = fate;
    if (closed === undefined || started === undefined) return [];
    // The kernel does not always tell in which container a listener closed.
    if (closed.container !== null && closed.container !== container) return [];
    if (orderOf(started, closed) !== 'before') return [];
    const until = [over, signalled, exited].filter((end) => end !== undefined);
    if (until.length === 0 || until.some((end) => orderOf(closed, end) !== 'before')) return [];
    const rules = own.filter(({ name }) => name === 'route-removed').at(-1);
    if (rules === undefined || orderOf(closed, rules) !== 'before') return [];
    return [{ fate, closed, rules, earlyMs: (rules.atNs - closed.atNs) / NS_PER_MS }];
  });
  return [...Map.groupBy(seen, ({ fate }) => fate.container)].flatMap(([container, group]) => {
    const [worst] = group.toSorted((a, b) => b.earlyMs - a.earlyMs);
    if (worst === undefined) return [];
    const pod = victims.find(({ uid }) => uid === worst.fate.podUid)?.name ?? worst.closed.pod;
    return [
      {
        code: 'shutdown-listener-closed-in-hook',
        severity: 'warning' as const,
        message: `While the preStop hook of container “${container}” ran, the listener was closed, ${formatMs(worst.earlyMs)} before the last node’s rules (Pod ${pod}): from then on the hook delays nothing that a client would see.`,
        eventIds: [worst.closed.eventId, worst.rules.eventId].filter((id) => id !== null),
        container,
      },
    ];
  });
}
