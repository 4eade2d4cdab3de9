import { isDeepStrictEqual } from 'node:util';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { REDACTED, redactData } from '../model/redact.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Scenario } from '../model/scenario.ts';
import { loadScenario } from '../scenario/load-scenario.ts';

/**
 * The manifest of a run that goes on, with the secrets that its file does not hold: they are read from the scenario
 * again, which may not say anything else by now.
 *
 * @throws DrainbenchError `run-not-resumable` where it does, or is not there.
 */
export async function restoreSecrets(manifest: RunManifest): Promise<RunManifest> {
  const holds = (value: unknown) => JSON.stringify(value).includes(REDACTED);
  if (!holds([manifest.scenario, manifest.plan])) return manifest;
  const { scenarioFile } = manifest;
  const written = scenarioFile === null ? null : await loadScenario(scenarioFile).catch((): null => null);
  const scenario = fill(manifest.scenario, written) as Scenario;
  if (written === null || holds(scenario) || !isDeepStrictEqual(redactData(scenario), manifest.scenario)) {
    throw new DrainbenchError({
      code: 'run-not-resumable',
      message: `the run needs secrets that its directory does not hold, and ${scenarioFile ?? 'no scenario file'} does not say them any more`,
      fix: `drainbench run ${scenarioFile ?? 'SCENARIO'}`,
      exitCode: EXIT.usage,
    });
  }
  const strategies = new Map(scenario.spec.strategies.map((strategy) => [strategy.name, strategy]));
  const trials = manifest.plan.trials.map((trial) => ({
    ...trial,
    strategy: fill(trial.strategy, strategies.get(trial.strategy.name)) as typeof trial.strategy,
  }));
  return { ...manifest, scenario, plan: { ...manifest.plan, trials } };
}

/** What is redacted is taken from where it was written; lists are in the same order, options may have left some out. */
function fill(value: unknown, written: unknown): unknown {
  if (typeof value === 'string')
    return value.includes(REDACTED) && typeof written === 'string' ? written : value;
  if (Array.isArray(value)) {
    const others: readonly unknown[] = Array.isArray(written) ? written : [];
    return value.map((item, index) => fill(item, nameOf(item) === null ? others[index] : others.find((other) => nameOf(other) === nameOf(item)))); // prettier-ignore
  }
  if (typeof value !== 'object' || value === null) return value;
  const others = (typeof written === 'object' && written !== null ? written : {}) as Readonly<
    Record<string, unknown>
  >;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member, others[key])]));
}

function nameOf(item: unknown): string | null {
  return typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : null;
}
