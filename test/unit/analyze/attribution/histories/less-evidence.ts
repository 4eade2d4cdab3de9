import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../src/model/history-event.ts';
import { seededRandom } from '../../../../../src/model/seeded-random.ts';
import { between } from './numbers.ts';
import { lessTold, OBSERVERS } from './observers.ts';
import type { Story } from './story.ts';
import { toNs, word } from './words.ts';

/** A way of knowing less of the same story. */
export interface Less {
  readonly how: string;
  readonly of: (story: Story) => Story;
}

/** The harness' own words, and what says that nobody looked, are no observations that could be missing. */
const FRAME: ReadonlySet<NewHistoryEvent['type']> = new Set(['phase', 'action', 'observation-gap', 'note']);

function keeping(
  how: string,
  keeps: (events: readonly NewHistoryEvent[]) => (event: NewHistoryEvent) => boolean,
): Less {
  return {
    how,
    of: (story) => {
      const isKept = keeps(story.events.filter(({ type }) => !FRAME.has(type)));
      return { ...story, events: story.events.filter((event) => FRAME.has(event.type) || isKept(event)) };
    },
  };
}

const kindOf = (event: NewHistoryEvent): string =>
  event.type === 'object' ? `${event.kind} objects` : event.type === 'app-stamp' ? event.stamp : event.type;

const oneEvent = fc.nat({ max: 9999 }).map((pick) =>
  keeping(`without event ${pick}`, (events) => {
    const gone = events[pick % Math.max(events.length, 1)];
    return (event) => event !== gone;
  }),
);

const oneKind = fc.nat({ max: 9999 }).map((pick) =>
  keeping(`without kind ${pick}`, (events) => {
    const kinds = [...new Set(events.map(kindOf))];
    const gone = kinds[pick % Math.max(kinds.length, 1)];
    return (event) => kindOf(event) !== gone;
  }),
);

const oneObserver = fc
  .record({ who: fc.constantFrom(...OBSERVERS), fromMs: between(0, 2000), lasts: between(1, 9000) })
  .map(({ who, fromMs, lasts }) =>
    keeping(`without ${who.name} from ${fromMs} for ${lasts} ms`, () => (event) => {
      return !who.writes(event) || event.atNs < toNs(fromMs) || event.atNs > toNs(fromMs + lasts);
    }),
  );

const someEvents = fc
  .record({ seed: fc.nat(), share: fc.constantFrom(0.1, 0.3, 0.6) })
  .map(({ seed, share }) =>
    keeping(`without ${share * 100} % (${seed})`, () => {
      const random = seededRandom(seed);
      return () => random.nextUint32() / 2 ** 32 >= share;
    }),
  );

const noName: Less = {
  how: 'without the name in the answer',
  of: (story) => ({ ...story, request: { ...story.request, pod: null } }),
};

const old: Less = { how: 'with what older kernels tell', of: lessTold };

/** Nobody says any more that an observer looked all the time. */
const gapSaid = fc
  .record({ who: fc.constantFrom(...OBSERVERS), fromMs: between(0, 2000), lasts: between(1, 9000) })
  .map(({ who, fromMs, lasts }): Less => {
    const gap = word.gap(who.source, who.name, fromMs, fromMs + lasts, 'events may have been lost');
    const how = `with a gap of ${who.name} from ${fromMs} for ${lasts} ms`;
    return { how, of: (story) => ({ ...story, events: [...story.events, gap] }) };
  });

export const lessEvidence: fc.Arbitrary<Less> = fc.oneof(
  { weight: 4, arbitrary: oneEvent },
  { weight: 2, arbitrary: oneKind },
  { weight: 2, arbitrary: oneObserver },
  { weight: 2, arbitrary: someEvents },
  { weight: 1, arbitrary: gapSaid },
  { weight: 1, arbitrary: fc.constantFrom(noName, old) },
);
