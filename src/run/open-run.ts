import { basename, dirname, resolve } from 'node:path';

import { openJournal, type JournalWriter } from '../history/journal-writer.ts';
import { readJournal } from '../history/journal-reader.ts';
import { readManifest, writeManifest } from '../history/manifest-file.ts';
import { createRunDirectory, type RunDirectory } from '../history/run-directory.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Plan } from '../model/plan.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import { readClockAnchor } from '../model/wall-clock.ts';
import { gitState, hostFacts, readBootId } from './host-facts.ts';

/** A run directory that is being written to. */
export interface OpenRun {
  readonly directory: RunDirectory;
  readonly journal: JournalWriter;
  readonly manifest: RunManifest;
  /** Attempts that were begun earlier, by trial number; a number that is missing has none. */
  readonly attempts: ReadonlyMap<number, number>;
  /** Trials that need no further attempt. */
  readonly done: ReadonlySet<number>;
}

export interface NewRunOptions {
  readonly plan: Plan;
  readonly scenarioFile: string | null;
  readonly reportsRoot: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
}

/** Makes the directory of a new run with its manifest. Run start is the instant of this call. */
export async function openNewRun(options: NewRunOptions): Promise<OpenRun> {
  const { plan } = options;
  const runStartNs = process.hrtime.bigint();
  const anchor = readClockAnchor();
  const directory = await createRunDirectory({
    reportsRoot: resolve(options.reportsRoot),
    scenarioName: plan.scenario.metadata.name,
    startedAt: new Date(anchor.wallMs),
  });
  const manifest: RunManifest = {
    schemaVersion: 1,
    runId: directory.runId,
    state: 'running',
    scenario: plan.scenario,
    scenarioFile: options.scenarioFile,
    plan: { seed: plan.seed, blocks: plan.blocks, trials: [...plan.trials] },
    versions: { ...options.versions },
    host: await hostFacts(),
    clock: {
      start: {
        wallMs: anchor.wallMs - (anchor.monoNs - Number(runStartNs)) / 1e6,
        monoNs: Number(runStartNs),
      },
      end: null,
    },
    argv: [...options.argv],
    git: await gitState(),
    cluster: null,
  };
  await writeManifest(directory.path, manifest);
  const journal = await openJournal(directory.path);
  await journal.write({ type: 'run-started', runId: directory.runId, pid: process.pid });
  return { directory, journal, manifest, attempts: new Map(), done: new Set() };
}

/**
 * Opens the directory of a run that was interrupted or killed, to go on with its plan. What is finished and valid
 * counts; a trial in the middle of which it ended gets another attempt, beside the broken one.
 */
export async function openRunAgain(runPath: string): Promise<OpenRun> {
  const manifest = await readManifest(runPath);
  const refuse = (message: string, fix: string) =>
    new DrainbenchError({ code: 'run-not-resumable', message, fix, exitCode: EXIT.usage });
  if (manifest.state === 'finished') {
    throw refuse(`the run in ${runPath} is finished`, `drainbench report ${runPath}`);
  }
  if (manifest.host.bootId !== (await readBootId())) {
    throw refuse(
      `the machine was restarted since the run in ${runPath} began: its clock cannot go on`,
      `drainbench run ${manifest.scenarioFile ?? 'SCENARIO'}`,
    );
  }
  const { entries } = await readJournal(runPath);
  const attempts = new Map<number, number>();
  const done = new Set<number>();
  for (const entry of entries) {
    if (entry.type === 'trial-started') attempts.set(entry.trial, entry.attempt);
    if (entry.type === 'trial-finished' && !entry.void) done.add(entry.trial);
  }
  const directory = {
    runId: manifest.runId,
    path: resolve(runPath),
    reportsRoot: dirname(dirname(resolve(runPath))),
  };
  if (basename(directory.path) !== manifest.runId) {
    throw refuse(
      `${runPath} is not the folder that the run ${manifest.runId} was written to`,
      'name that folder',
    );
  }
  const journal = await openJournal(directory.path);
  await journal.write({ type: 'run-started', runId: manifest.runId, pid: process.pid });
  return { directory, journal, manifest: { ...manifest, state: 'running' }, attempts, done };
}
