import fc from 'fast-check';

import { Calibration } from './calibration.ts';
import { histories, type History } from './compose.ts';
import { judgeHistory, type Breach } from './laws.ts';
import { tellHistory } from './tell-history.ts';

export interface Held {
  readonly runs: number;
  /** How many ways of knowing less are tried of each history. */
  readonly less: number;
  readonly seed: number;
  /** Where a run with this seed failed before: only that history. */
  readonly path?: string;
}

/**
 * Makes up that many histories and holds the law of causes against each.
 *
 * @returns how often what was said with all evidence was right, and how often less evidence made a hint surer
 * @throws with the smallest history found that breaks a law, its seed and path
 */
export async function holdLaws({
  runs,
  less,
  seed,
  path,
}: Held): Promise<{ said: Calibration; surer: number }> {
  const said = new Calibration();
  let surer = 0;
  const holds = async (history: History): Promise<void> => {
    const judged = await judgeHistory(history);
    said.add(history.fault, history.story.truth, judged.whole);
    surer += judged.breaches.filter((breach) => !isGrave(breach)).length;
    const breaches = judged.breaches.filter(isGrave);
    if (breaches.length > 0) throw new Error(tellHistory(history, { ...judged, breaches }));
  };
  const parameters = { numRuns: runs, seed, ...(path !== undefined && { path }) };
  await fc.assert(fc.asyncProperty(histories(less), holds), parameters);
  return { said, surer };
}

const isGrave = ({ law }: Breach): boolean => law !== 'surer by less evidence';
