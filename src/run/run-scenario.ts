import { dirname, join, resolve } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';

import { analyzeTrialDirectory } from '../analyze/analyze-trial-directory.ts';
import type { AnalyzedTrial } from '../analyze/run-result.ts';
import { apiClient } from '../cluster/kube/api-client.ts';
import { loadKubeConfig } from '../cluster/kube/load-kube-config.ts';
import { openJournal, type JournalWriter } from '../history/journal-writer.ts';
import { writeManifest } from '../history/manifest-file.ts';
import { pointLatestAt } from '../history/point-latest-at.ts';
import { createRunDirectory, type RunDirectory } from '../history/run-directory.ts';
import { trialDirectoryName } from '../history/trial-directory.ts';
import type { LiveCounters } from '../load/load-engine.ts';
import type { TrialPhase } from '../model/history-event.ts';
import type { Plan, PlannedTrial } from '../model/plan.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import { readClockAnchor } from '../model/wall-clock.ts';
import type { ToolProgress } from '../tools/tool-progress.ts';
import { applyWorkload } from '../workload/apply-workload.ts';
import { buildNamespace } from '../workload/build-namespace.ts';
import type { DeleteOptions } from '../workload/kube-object.ts';
import { readManifest as readUserManifest } from '../workload/read-manifest.ts';
import { appImageArchive } from './app-image.ts';
import { gitState, hostFacts } from './host-facts.ts';
import { openCluster, type OpenCluster } from './open-cluster.ts';
import { runTrial, type RunContext } from './run-trial.ts';

export interface RunOptions {
  readonly plan: Plan;
  /** As the user named it; `null` when it came from elsewhere. */
  readonly scenarioFile: string | null;
  readonly reportsRoot: string;
  readonly existingBox: string | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: RunProgress;
}

/** What a run tells while it goes on; wording is the caller's. */
export interface RunProgress {
  readonly tool: (progress: ToolProgress) => void;
  readonly step: (message: string) => void;
  readonly phase: (trial: PlannedTrial, phase: TrialPhase) => void;
  readonly counters: (load: string, counters: LiveCounters) => void;
  readonly trialDone: (trial: AnalyzedTrial) => void;
}

/** A trial that became void is repeated this often; all attempts are kept. */
const MAX_ATTEMPTS = 2;
/** After this anyone may clean up what a dead run left on a shared cluster. */
const EXPIRES_AFTER_MS = 6 * 3_600_000;

/**
 * Measures a whole plan: gets the cluster, runs trial after trial, gives everything back. Returns the run directory; the
 * analysis starts from there. On abort what was measured stays, marked as interrupted, and the abort is thrown.
 */
export async function runScenario(options: RunOptions): Promise<RunDirectory> {
  const { plan, signal } = options;
  const startedAt = new Date();
  const runStartNs = process.hrtime.bigint();
  const anchor = readClockAnchor();
  const run = await createRunDirectory({
    reportsRoot: resolve(options.reportsRoot),
    scenarioName: plan.scenario.metadata.name,
    startedAt,
  });
  const journal = await openJournal(run.path);
  let manifest: RunManifest = {
    schemaVersion: 1,
    runId: run.runId,
    state: 'running',
    scenario: plan.scenario,
    scenarioFile: options.scenarioFile,
    plan: { seed: plan.seed, blocks: plan.blocks, trials: [...plan.trials] },
    versions: { ...options.versions },
    host: await hostFacts(),
    // Run start is the instant that all times of the run count from.
    clock: { start: { wallMs: wallAt(anchor, runStartNs), monoNs: Number(runStartNs) }, end: null },
    argv: [...options.argv],
    git: await gitState(),
    cluster: null,
  };
  await writeManifest(run.path, manifest);
  await journal.write({ type: 'run-started', runId: run.runId, pid: process.pid });
  let state: 'finished' | 'interrupted' = 'interrupted';
  let opened: OpenCluster | undefined;
  try {
    opened = await openCluster({
      spec: plan.scenario.spec.cluster,
      existingBox: options.existingBox,
      boxName: `run-${run.runId.slice(-6)}`,
      signal,
      onToolProgress: options.progress.tool,
      onStep: options.progress.step,
    });
    const { cluster, kubernetesVersion } = opened;
    manifest = {
      ...manifest,
      versions: { ...manifest.versions, kubernetes: kubernetesVersion },
      cluster: {
        driver: cluster.driver,
        kubernetesVersion,
        proxyMode: cluster.proxyMode,
        nodes: [...cluster.nodes],
      },
    };
    await writeManifest(run.path, manifest);
    await runAllTrials(options, run, opened, journal, manifest);
    state = 'finished';
  } finally {
    await opened?.close();
    await journal.write({ type: 'run-finished', state });
    await journal.close();
    await writeManifest(run.path, {
      ...manifest,
      state,
      clock: { ...manifest.clock, end: readClockAnchor() },
    });
    await pointLatestAt(run);
  }
  return run;
}

async function runAllTrials(
  options: RunOptions,
  run: RunDirectory,
  { cluster }: OpenCluster,
  journal: JournalWriter,
  manifest: RunManifest,
): Promise<void> {
  const { plan, signal, progress, scenarioFile } = options;
  const { scenario } = plan;
  const archive = await appImageArchive(scenario, scenarioFile, signal);
  if (archive !== null) await cluster.loadImage(archive, signal);
  const kubeConfig = loadKubeConfig(cluster.kubeconfigPath);
  const runLabel = run.runId.toLowerCase();
  const namespace = `drainbench-${runLabel.slice(-6)}`;
  const expiresAt = new Date(Date.now() + EXPIRES_AFTER_MS);
  await journal.write({ type: 'intent', kind: 'Namespace', namespace: null, name: namespace });
  const { owned } = await applyWorkload(kubeConfig, [buildNamespace(namespace, runLabel, expiresAt)], {
    signal,
  });
  const context: RunContext = {
    scenario,
    runId: runLabel,
    runPath: run.path,
    namespace,
    expiresAt,
    cluster,
    kubeConfig,
    journal,
    manifest: await userManifest(options),
    runStartNs: BigInt(manifest.clock.start.monoNs),
    runStartWallMs: manifest.clock.start.wallMs,
    signal,
    onPhase: progress.phase,
    onCounters: progress.counters,
  };
  try {
    for (const trial of plan.trials) await runUntilValid(context, trial, progress);
  } finally {
    const core = apiClient(kubeConfig, CoreV1Api, AbortSignal.timeout(30_000));
    const uid = owned[0]?.uid ?? '';
    const body: DeleteOptions = { preconditions: { uid } };
    await core.deleteNamespace({ name: namespace, body });
  }
}

async function runUntilValid(context: RunContext, trial: PlannedTrial, progress: RunProgress): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    await context.journal.write({
      type: 'trial-started',
      trial: trial.number,
      attempt,
      directory: trialDirectoryName(trial, attempt),
    });
    await runTrial(context, trial, attempt);
    const directory = trialDirectoryName(trial, attempt);
    const analyzed = await analyzeTrialDirectory(context.runPath, directory, context.scenario.spec.loads);
    const isVoid = analyzed.verdict === 'void';
    await context.journal.write({ type: 'trial-finished', trial: trial.number, attempt, void: isVoid });
    progress.trialDone(analyzed);
    if (!isVoid) return;
  }
}

async function userManifest({ plan, scenarioFile }: RunOptions): Promise<RunContext['manifest']> {
  const { app } = plan.scenario.spec;
  if (!('manifest' in app)) return [];
  return readUserManifest(join(scenarioFile === null ? '.' : dirname(scenarioFile), app.manifest));
}

/** The wall clock at `monoNs`, from an anchor taken a moment later. */
function wallAt(anchor: { wallMs: number; monoNs: number }, monoNs: bigint): number {
  return anchor.wallMs - (anchor.monoNs - Number(monoNs)) / 1e6;
}
