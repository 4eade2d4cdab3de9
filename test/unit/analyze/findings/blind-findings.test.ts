import { expect, it } from 'vitest';

import { blindFindings } from '../../../../src/analyze/findings/blind-findings.ts';
import type { GapEvent } from '../../../../src/model/history-event.ts';
import { analyzeSynthetic } from '../analyze-synthetic.ts';
import { smallSyntheticRun } from '../small-synthetic-run.ts';

it('an observer that saw nothing of whole trials is said once for the run, one that missed a moment is not', async () => {
  const { trials } = await analyzeSynthetic(smallSyntheticRun());
  const gap = (observer: string, fromNs: number, toNs: number): GapEvent => ({
    ...{ id: 1, type: 'observation-gap', atNs: toNs, uncertaintyNs: 0, source: 'dataplane' },
    ...{ observer, fromNs, toNs, reason: 'nft: not found' },
  });
  const blind = trials.map((trial) => {
    const toNs = trial.loadStoppedNs ?? 0;
    return { ...trial, gaps: [gap('routes of n1', 0, toNs), gap('conntrack of n1', 0, toNs - 1)] };
  });
  expect(blindFindings(trials)).toEqual([]);
  expect(blindFindings(blind)).toEqual([
    {
      code: 'blind',
      severity: 'warning',
      message:
        'routes of n1 saw nothing in 6 of 6 trials (nft: not found): causes are less sure there, and milestones missing.',
    },
  ]);
});
