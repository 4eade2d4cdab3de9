import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

import { analyzeRun } from '../../../src/analyze/analyze-run.ts';

const BUSY = new Set(['not-sent', 'observation-gap']);
/** What is seen of a node only by looking into it; nobody but an agent does, on a cluster that is not ours. */
const BY_AGENTS = /^(routes of|conntrack of|Pod network of|runtime|kube-proxy metrics of) /;

/**
 * A run on an existing cluster whose ledgers are whole, whose agents saw all that they look at, and whose failures have
 * a cause: 49 of 50 of the strategy's where the trial is valid, and those without one name what was missing. Some of
 * each of these loads are proven by what an agent saw.
 */
export async function expectTruthByAgents(
  folder: string,
  loads: readonly string[],
  said: string,
): Promise<void> {
  const { manifest, trials } = await analyzeRun(realpathSync(join(folder, 'latest')));
  expect(manifest.cluster?.driver).toBe('existing');
  // Agents and a load of its own leave two cores little: a load may be late, a watch fall behind. That is void, and
  // honest; nothing else may be.
  const broken = trials.flatMap(({ findings }) =>
    findings.filter(({ severity, code }) => severity === 'void' && !BUSY.has(code)),
  );
  expect(broken, said).toEqual([]);
  const unseen = trials.flatMap(({ gaps }) => gaps.filter(({ observer }) => BY_AGENTS.test(observer)));
  expect(unseen, said).toEqual([]);
  const failures = trials.flatMap((trial) => trial.failures);
  // Of a box's processes an agent learns no signals: its pid namespace is not the kernel's own.
  const unexplained = failures.filter(({ attribution }) => attribution.cause === 'unexplained');
  const judged = trials
    .filter(({ trial, verdict }) => trial.role === 'comparison' && verdict !== 'void')
    .flatMap((trial) => trial.failures);
  const open = judged.filter(({ attribution }) => attribution.cause === 'unexplained');
  const shown = JSON.stringify({ open, milestones: trials.flatMap(({ milestones }) => milestones) });
  expect(open.length, shown).toBeLessThanOrEqual(judged.length * 0.02);
  expect(unexplained.filter(({ attribution }) => attribution.missing.length === 0)).toEqual([]);
  const proven = failures
    .filter(({ attribution: { podProof } }) => podProof === 'conntrack')
    .filter(({ attribution: { evidence } }) => evidence.some(({ eventId }) => eventId !== null));
  expect(new Set(proven.map(({ load }) => load)), said).toEqual(new Set(loads));
}
