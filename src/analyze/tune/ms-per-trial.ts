import { NS_PER_MS } from '../../model/duration.ts';
import type { AnalyzedTrial } from '../run-result.ts';

/** The last of a run say best how fast it goes on. */
const LAST = 10;

/** How long a trial takes, with all that is around it, ms; `null` where none was measured. */
export function msPerTrial(trials: readonly Pick<AnalyzedTrial, 'phases'>[]): number | null {
  const times = trials
    .flatMap(({ phases }) => {
      const [first, last] = [phases.at(0), phases.at(-1)];
      return first === undefined || last === undefined ? [] : [{ fromNs: first.atNs, toNs: last.atNs }];
    })
    .toSorted((a, b) => a.fromNs - b.fromNs)
    .slice(-LAST);
  const [first] = times;
  if (first === undefined) return null;
  const toNs = Math.max(...times.map((time) => time.toNs));
  return (toNs - first.fromNs) / times.length / NS_PER_MS;
}
