import { describe, expect, it } from 'vitest';

import { showPlan } from '../../../src/cli/show-plan.ts';
import { makePlan } from '../../../src/scenario/make-plan.ts';
import { scenario } from '../scenario/minimal-scenario.ts';

const shown = (disruption: string): Promise<string> =>
  showPlan(makePlan(scenario({ '- type: delete': `- ${disruption}` }), { blocks: 1 }));

describe('the objects that a dry run shows', () => {
  it('have among them the disruption budget that `maxUnavailable` makes, with the labels of the Pods', async () => {
    const plan = await shown('{ type: evict, maxUnavailable: 1 }');
    const [budget] = plan.split('---\n').filter((document) => document.includes('PodDisruptionBudget'));
    expect(budget).toContain('# with disruption evict');
    expect(budget).toMatch(/name: budget-NNN-none\n/);
    expect(budget).toMatch(/maxUnavailable: 1\n/);
    expect(budget).toContain('drainbench.dev/target: "true"');
    // One for each strategy, as each trial makes its own.
    expect(plan.match(/kind: PodDisruptionBudget/g)).toHaveLength(2);
  });

  it('have none where no budget is asked for', async () => {
    expect(await shown('{ type: evict }')).not.toContain('PodDisruptionBudget');
  });

  it('are counted with grammar', async () => {
    expect(await shown('{ type: delete }')).toContain('trials in 1 block, seed');
  });
});
