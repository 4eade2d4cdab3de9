import { basename, dirname, resolve } from 'node:path';

import { openJournal, type JournalWriter } from '../history/journal-writer.ts';
import { readJournal } from '../history/journal-reader.ts';
import { readManifest, writeManifest } from '../history/manifest-file.ts';
import { createRunDirectory, type RunDirectory } from '../history/run-directory.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Plan } from '../model/plan.ts';
import { lifeOf } from '../model/process-identity.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Tune } from '../model/tune.ts';
import type { Finding } from '../model/verdict.ts';
import { readClockAnchor } from '../model/wall-clock.ts';
import { leaseOwner } from '../workload/lease-holder.ts';
import { gitState, hostFacts, readBootId } from './host-facts.ts';
import { restoreSecrets } from './restore-secrets.ts';
import { lastWrittenMs } from './last-written-ms.ts';

const QUIET_MS = 60_000;

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
  /** What was found before the run that readers of its results must know. */
  readonly warnings?: readonly Finding[];
  /** Of a run whose plan grows. */
  readonly tune?: Tune;
  /** The running cluster that the command line names. */
  readonly useCluster?: string;
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
    ...(options.warnings !== undefined && options.warnings.length > 0 && { warnings: [...options.warnings] }),
    ...(options.tune !== undefined && { tune: options.tune }),
    ...(options.useCluster !== undefined && { useCluster: options.useCluster }),
    cluster: null,
  };
  await writeManifest(directory.path, manifest);
  const journal = await openJournal(directory.path);
  await journal.write(started(directory.runId));
  return { directory, journal, manifest, attempts: new Map(), done: new Set() };
}

/**
 * Opens the directory of a run that was interrupted or killed, to go on with its plan. What is finished and valid
 * counts; a trial in the middle of which it ended gets another attempt, beside the broken one.
 */
export async function openRunAgain(runPath: string): Promise<OpenRun> {
  const stored = await readManifest(runPath);
  const refuse = (message: string, fix: string) =>
    new DrainbenchError({ code: 'run-not-resumable', message, fix, exitCode: EXIT.usage });
  if (stored.state === 'finished') {
    throw refuse(`the run in ${runPath} is finished`, `drainbench report ${runPath}`);
  }
  if (stored.tune !== undefined) {
    throw refuse(
      `what is in ${runPath} is a tune: its plan is not there beforehand, and its time is over`,
      `drainbench report ${runPath} says what is known; tune again for more`,
    );
  }
  const manifest = await restoreSecrets(stored);
  if (manifest.host.bootId !== (await readBootId())) {
    throw refuse(
      `the machine was restarted since the run in ${runPath} began: its clock cannot go on`,
      `drainbench run ${manifest.scenarioFile ?? 'SCENARIO'}`,
    );
  }
  const { entries } = await readJournal(runPath);
  const last = entries.findLast(({ type }) => type === 'run-started' || type === 'run-finished');
  const writer = last?.type === 'run-started' ? (last.process ?? null) : null;
  if (writer !== null && leaseOwner().knowsAlive(writer)) {
    throw refuse(
      `the run in ${runPath} is not over: process ${writer.pid} goes on with it`,
      `wait for it, or stop it: kill ${writer.pid}`,
    );
  }
  // A run writes every few seconds.
  if (
    writer !== null &&
    lifeOf(writer) === 'unknown' &&
    Date.now() - (await lastWrittenMs(runPath)) < QUIET_MS
  ) {
    throw refuse(
      `the run in ${runPath} may not be over: a process of another PID namespace, as of a container, wrote to it just now`,
      `wait until nothing has been written there for ${QUIET_MS / 1000} s`,
    );
  }
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
  await journal.write(started(manifest.runId));
  return { directory, journal, manifest: { ...manifest, state: 'running' }, attempts, done };
}

function started(runId: string) {
  return { type: 'run-started', runId, pid: process.pid, process: leaseOwner().identity } as const;
}
