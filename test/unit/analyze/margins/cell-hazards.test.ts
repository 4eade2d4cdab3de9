import { describe, expect, it } from 'vitest';

import { hazardWords } from '../../../../src/analyze/answer/hazard-words.ts';
import { cellHazards } from '../../../../src/analyze/margins/cell-hazards.ts';
import { delayNeed } from '../../../../src/analyze/margins/delay-need.ts';
import type { HazardInTrial, LoadMargins } from '../../../../src/model/margin.ts';
import { buildTrial, type TrialFacts } from './build-trial.ts';

const routed = (state: HazardInTrial['state'], ms: number | null, detail = ''): HazardInTrial => ({
  hazard: 'still-routed',
  state,
  margin: ms === null ? null : { ms, uncertaintyMs: 2 },
  count: state === 'there' ? 1 : 0,
  detail,
});
const margins = (...hazards: readonly HazardInTrial[]): readonly LoadMargins[] => [
  {
    ...{ trial: 1, attempt: 1, block: 1, strategy: 's', disruption: 'delete', load: 'fresh', routing: [] },
    ...{ connections: null, grace: [], refusals: 0, nobodyLeftMs: 0, fallenMs: 0, p99Ms: null, heldUp: 0 },
    hazards,
  },
];
const trials = (...facts: readonly TrialFacts[]) => Promise.all(facts.map(buildTrial));

describe('a hazard over all trials of a strategy', () => {
  it('is there where it was in one of them, and the trial with the smallest margin shows it', async () => {
    const own = await trials(
      { number: 1, margins: margins(routed('none', 400)) },
      { number: 2, margins: margins(routed('there', -20, 'a little')) },
      { number: 3, margins: margins(routed('there', -900, 'long')) },
      { number: 4, margins: margins(routed('unknown', null, 'nobody looked')) },
    );
    expect(cellHazards('fresh', own, null)).toEqual([
      {
        ...{ hazard: 'still-routed', state: 'there', there: 2, none: 1, unknown: 1, count: 2 },
        ...{ worst: { ms: -900, uncertaintyMs: 2 }, trial: 3, detail: 'long' },
      },
    ]);
  });

  it('is not known where it was not in one, and none only where it was none in all', async () => {
    const known = { margins: margins(routed('none', 400)) };
    const blind = { margins: margins(routed('unknown', null, 'nobody looked')) };
    expect(cellHazards('fresh', await trials(known, blind), null)[0]).toMatchObject({ state: 'unknown' });
    expect(cellHazards('fresh', await trials(known, known), null)[0]).toMatchObject({
      state: 'none',
      none: 2,
    });
  });

  it('does not exist for a load that cannot meet it', async () => {
    expect(cellHazards('other', await trials({ margins: margins(routed('there', -1)) }), null)).toEqual([]);
  });
});

describe('the routing margin of a strategy', () => {
  /** Its own trial: dropped after 90 ms, listened for 1000; another strategy's trial took `slowestMs`. */
  const against = async (slowestMs: number) => {
    const own = { number: 1, closedMs: 1000, margins: margins(routed('none', 910)) };
    const other = { number: 2, droppedMs: { node1: 80, node2: slowestMs }, strategy: { name: 'other' } };
    const [first, second] = await trials(own, other);
    if (first === undefined || second === undefined) throw new Error('two trials');
    return cellHazards('fresh', [first], delayNeed('delete', [first, second], ['node1', 'node2']))[0];
  };

  it('is held against the slowest deletion of the run: its own may have been quick by luck', async () => {
    expect(await against(1300)).toMatchObject({
      state: 'there',
      worst: { ms: -300, uncertaintyMs: 4 },
      trial: 2,
      detail: 'its own trials were quick: in trial 2 (other) node2 took 1.30 s to drop a Pod',
    });
  });

  it('is never said to have been met by the strategy’s own Pods where only the slowest would have', async () => {
    const met = await against(1300);
    const own = cellHazards('fresh', await trials({ margins: margins(routed('there', -1)) }), null)[0];
    if (met === undefined || own === undefined) throw new Error('two hazards');
    expect(hazardWords(met)).toBe(
      'the slowest deletion of this run would have met a Pod that no longer listened',
    );
    expect(hazardWords(own)).toBe('a node still sent to a Pod that no longer listened');
  });

  it('is what is left against the slowest where that is enough', async () => {
    expect(await against(600)).toMatchObject({ state: 'none', worst: { ms: 400 } });
  });

  it('is not known where the slowest is within the uncertainty', async () => {
    expect(await against(1002)).toMatchObject({ state: 'unknown', worst: { ms: -2 } });
  });
});
