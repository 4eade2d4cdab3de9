import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { OpenRun } from '../run/open-run.ts';
import type { RunOptions } from '../run/run-options.ts';
import { interruption } from './interruption.ts';
import { renderError } from './render-error.ts';
import { VERDICT_EXIT } from './verdict-exit.ts';
import { printError } from './print.ts';

export interface MeasureOptions extends Pick<RunOptions, 'existingCluster' | 'progress' | 'grow'> {
  /** How to go on after a run that ended early, for stderr. */
  readonly howToGoOn: string;
}

/** Measures a run and ends with its verdict. Reports are written however it ends: of what is there. */
export async function measureRun(run: OpenRun, { howToGoOn, ...options }: MeasureOptions): Promise<void> {
  // Loaded late: the API client takes half a second, which no other command should pay.
  const { runScenario } = await import('../run/run-scenario.ts');
  const { path } = run.directory;
  interruption.adviseCleanUp('drainbench cluster list');
  let left: DrainbenchError | null;
  try {
    left = await runScenario(run, { ...options, signal: interruption.signal });
  } catch (error) {
    await endEarly(path, error, howToGoOn);
    throw error;
  }
  const { writeReports } = await import('./write-reports.ts');
  const verdict = await writeReports(path);
  // All is measured and reported; but a run that leaves something behind does not end well, whatever its verdict.
  if (left !== null) throw left;
  process.exitCode = VERDICT_EXIT[verdict];
}

/** What is said of a run that ended before its plan did must not hide why it did. */
async function endEarly(path: string, cause: unknown, howToGoOn: string): Promise<void> {
  const { listTrialDirectories } = await import('../history/trial-directory.ts');
  const trials = await listTrialDirectories(path).catch(() => []);
  // A mistake in the command or the scenario: there is nothing to go on with.
  const isMistake = cause instanceof DrainbenchError && cause.exitCode === EXIT.usage;
  if (trials.length === 0 && isMistake) return;
  if (trials.length > 0) {
    const { writeReports } = await import('./write-reports.ts');
    await writeReports(path).catch((error: unknown) => {
      printError(`${renderError(error).text}make the report again with: drainbench report ${path}\n`);
    });
  }
  printError(`${howToGoOn}\n`);
}
