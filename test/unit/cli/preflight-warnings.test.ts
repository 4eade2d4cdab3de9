import { describe, expect, it } from 'vitest';

import { PreflightWarnings } from '../../../src/cli/preflight-warnings.ts';
import { strategySchema } from '../../../src/model/scenario.ts';
import type { TrialResult } from '../../../src/model/trial-result.ts';
import type { Finding } from '../../../src/model/verdict.ts';
import { planned } from '../analyze/build-history.ts';

const trial = (
  strategy: string,
  findings: readonly Finding[],
  role: 'comparison' | 'positive-control' = 'comparison',
): TrialResult =>
  ({
    trial: planned({ role, strategy: strategySchema.parse({ name: strategy }) }),
    findings,
  }) as unknown as TrialResult;

const missing = (container: string): Finding => ({
  code: 'preflight-prestop-program-missing',
  severity: 'warning',
  message: `“sleep” is not in ${container}.`,
  container,
});

describe('what is wrong with a strategy', () => {
  it('is said after its first trial, and once for each container', () => {
    const warnings = new PreflightWarnings();
    const both = [missing('app'), missing('proxy')];
    expect(warnings.newIn(trial('exec', both))).toEqual([
      '“sleep” is not in app.',
      '“sleep” is not in proxy.',
    ]);
    expect(warnings.newIn(trial('exec', both))).toEqual([]);
    expect(warnings.newIn(trial('other', [missing('app')]))).toEqual(['“sleep” is not in app.']);
  });

  it('is neither what is worth no warning, nor what is not about the strategy, nor what a control showed', () => {
    const warnings = new PreflightWarnings();
    const info: Finding = { ...missing('app'), severity: 'info' };
    const gap: Finding = { code: 'observation-gap', severity: 'warning', message: 'x' };
    expect(warnings.newIn(trial('exec', [info, gap]))).toEqual([]);
    expect(warnings.newIn(trial('exec', [missing('app')], 'positive-control'))).toEqual([]);
  });
});
