import { join } from 'node:path';

import { readManifest } from '../history/manifest-file.ts';
import { listTrialDirectories } from '../history/trial-directory.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Finding } from '../model/verdict.ts';
import { analyzeTrialDirectory } from './analyze-trial-directory.ts';
import { describeError } from './judgements/judgement-errors.ts';
import type { AnalyzedTrial, RunResult } from './run-result.ts';
import { summarizeRun } from './run/summarize-run.ts';

/**
 * Computes all that a run directory says. Reads, never writes; uses neither the clock, nor the path of the directory,
 * nor the machine it runs on, so that the same directory gives the same result anywhere. A damaged trial, or
 * one that the analysis fails on, becomes void or a finding; only a directory that is no run's makes it throw (`run-directory-unusable`).
 *
 * @param only number of the one trial to read; what is said of the run as a whole then means nothing
 */
export async function analyzeRun(runPath: string, only: number | null = null): Promise<RunResult> {
  const manifest = await readManifest(runPath);
  const nodes = (manifest.cluster?.nodes ?? []).map(({ name }) => name);
  const trials: AnalyzedTrial[] = [];
  const findings: Finding[] = [];
  for (const directory of await listTrialDirectories(runPath)) {
    if (only !== null && Number(/^trials\/(\d+)-/.exec(directory)?.[1]) !== only) continue;
    try {
      const { loads, target } = manifest.scenario.spec;
      trials.push(await analyzeTrialDirectory(runPath, directory, loads, target, nodes));
    } catch (error) {
      findings.push(unreadableTrial(error, join(runPath, directory), directory));
    }
  }
  return summarizeRun(manifest, trials, findings);
}

/** One trial that cannot be read is one trial less: the others are told all the same. */
function unreadableTrial(error: unknown, trialPath: string, directory: string): Finding {
  const why = error instanceof DrainbenchError ? (error.found ?? error.code) : describeError(error);
  const message = `${directory} is left out: its trial.json cannot be used (${why}).`;
  return { code: 'trial-unreadable', severity: 'warning', message: message.replaceAll(trialPath, directory) };
}
