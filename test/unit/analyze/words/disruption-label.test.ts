import { describe, expect, it } from 'vitest';

import { disruptionLabel } from '../../../../src/analyze/words/disruption-label.ts';
import { disruptionSchema } from '../../../../src/model/scenario.ts';

const label = (disruption: Record<string, unknown>): string =>
  disruptionLabel(disruptionSchema.parse(disruption));

describe('the label of a disruption', () => {
  it.each([
    [{ type: 'force-delete' }, 'force-delete'],
    [{ type: 'force-delete', pods: 1 }, 'force-delete'],
    [{ type: 'force-delete', pods: 'all' }, 'force-delete-all'],
    [{ type: 'evict', retryForSeconds: 60 }, 'evict'],
    [{ type: 'evict', pods: 2, maxUnavailable: 1, retryForSeconds: 5 }, 'evict-2-budget-1-retry-5s'],
    [{ type: 'drain', maxUnavailable: 0 }, 'drain-budget-0'],
    [{ type: 'kill-container', pods: 'one-node' }, 'kill-container-one-node'],
    [{ type: 'kill-container', container: 'proxy' }, 'kill-container-container-proxy'],
    [{ type: 'kill-container', pods: 2, container: 'app' }, 'kill-container-2-container-app'],
    [{ type: 'restart-kubelet', afterMs: 1000 }, 'restart-kubelet'],
    [{ type: 'restart-runtime', afterMs: 50 }, 'restart-runtime-after-50ms'],
    [{ type: 'delete-owner' }, 'delete-owner-background'],
    [{ type: 'scale-down', replicas: 0 }, 'scale-down-to-0'],
  ])('of %j names what is unusual about it', (disruption, expected) => {
    expect(label(disruption)).toBe(expected);
  });

  it('is never that of another with other parameters', () => {
    const pods = [undefined, 2, 3, 'one-node'];
    const budgets = [undefined, 0, 1, 2];
    const all = [
      ...pods.flatMap((each) =>
        budgets.flatMap((maxUnavailable) =>
          [0, 1, 60].map((retryForSeconds) => ({
            type: 'evict',
            pods: each,
            maxUnavailable,
            retryForSeconds,
          })),
        ),
      ),
      ...budgets.map((maxUnavailable) => ({ type: 'drain', maxUnavailable })),
      ...[0, 1, 60].map((afterMs) => ({ type: 'restart-kubelet', afterMs })),
    ];
    expect(new Set(all.map(label)).size).toBe(all.length);
  });
});
