import { dirname, join } from 'node:path';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

import { analyzeTrialDirectory } from '../analyze/analyze-trial-directory.ts';
import type { AnalyzedTrial } from '../analyze/run-result.ts';
import { apiClient } from '../cluster/kube/api-client.ts';
import { currentOwner } from '../cluster/embedded/box-store.ts';
import { loadKubeConfig } from '../cluster/kube/load-kube-config.ts';
import type { JournalWriter } from '../history/journal-writer.ts';
import { writeManifest } from '../history/manifest-file.ts';
import { pointLatestAt } from '../history/point-latest-at.ts';
import { listTrialDirectories, trialDirectoryName } from '../history/trial-directory.ts';
import type { LiveCounters } from '../load/load-engine.ts';
import type { TrialPhase } from '../model/history-event.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import { readClockAnchor } from '../model/wall-clock.ts';
import { sweepTraceInstances } from '../observe/kernel-trace/sweep-trace-instances.ts';
import type { ToolProgress } from '../tools/tool-progress.ts';
import { applyWorkload } from '../workload/apply-workload.ts';
import { buildNamespace } from '../workload/build-namespace.ts';
import type { DeleteOptions } from '../workload/kube-object.ts';
import { readManifest as readUserManifest } from '../workload/read-manifest.ts';
import { appImageArchive } from './app-image.ts';
import type { OpenCluster } from './cluster-opening.ts';
import { openCluster } from './open-cluster.ts';
import type { OpenRun } from './open-run.ts';
import { runTrial, type RunContext } from './run-trial.ts';
import { sweepDeadRuns } from './sweep-dead-runs.ts';

export interface RunOptions {
  readonly existingCluster: string | null;
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
 * Measures what is left of a run's plan: gets the cluster, runs trial after trial, gives everything back. The analysis
 * starts from the run directory. On abort what was measured stays, marked as interrupted, and the abort is thrown.
 */
export async function runScenario(run: OpenRun, options: RunOptions): Promise<void> {
  const { signal, progress } = options;
  const { directory, journal } = run;
  let { manifest } = run;
  let state: 'finished' | 'interrupted' = 'interrupted';
  let opened: OpenCluster | undefined;
  try {
    opened = await openCluster({
      spec: manifest.scenario.spec.cluster,
      existingName: options.existingCluster,
      ownName: `run-${manifest.runId.slice(-6)}`,
      signal,
      onToolProgress: progress.tool,
      onStep: progress.step,
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
    await writeManifest(directory.path, manifest);
    await sweepTraceInstances();
    await runAllTrials({ ...run, manifest }, options, opened);
    state = 'finished';
  } finally {
    await opened?.close();
    await journal.write({ type: 'run-finished', state });
    await journal.close();
    await writeManifest(directory.path, {
      ...manifest,
      state,
      clock: { ...manifest.clock, end: readClockAnchor() },
    });
    // A run that never got as far as a trial must not hide the one before it.
    if ((await listTrialDirectories(directory.path)).length > 0) await pointLatestAt(directory);
  }
}

async function runAllTrials(run: OpenRun, options: RunOptions, { cluster }: OpenCluster): Promise<void> {
  const { manifest, journal, directory } = run;
  const { scenario, scenarioFile, plan, clock } = manifest;
  const { signal, progress } = options;
  const archive = await appImageArchive(scenario, scenarioFile, signal);
  if (archive !== null) await cluster.loadImage(archive, signal);
  const kubeConfig = loadKubeConfig(cluster.kubeconfigPath);
  const runLabel = manifest.runId.toLowerCase();
  for (const name of await sweepDeadRuns(kubeConfig, signal))
    progress.step(`removed namespace ${name} of a dead run`);
  const namespace = await createNamespace(kubeConfig, journal, runLabel, signal);
  const context: RunContext = {
    scenario,
    runId: runLabel,
    runPath: directory.path,
    namespace: namespace.name,
    expiresAt: namespace.expiresAt,
    cluster,
    kubeConfig,
    journal,
    manifest: await userManifest(manifest),
    runStartNs: BigInt(clock.start.monoNs),
    runStartWallMs: clock.start.wallMs,
    signal,
    onPhase: progress.phase,
    onCounters: progress.counters,
  };
  try {
    for (const trial of plan.trials) {
      if (!run.done.has(trial.number))
        await runUntilValid(context, trial, run.attempts.get(trial.number) ?? 0, progress);
    }
  } finally {
    await deleteNamespace(kubeConfig, namespace).catch((error: unknown) => {
      // Must not hide why the run ended; a box of the run's own goes anyway.
      const reason = error instanceof Error ? error.message : String(error);
      progress.step(
        `namespace ${namespace.name} could not be removed (${reason}): kubectl delete namespace ${namespace.name}`,
      );
    });
  }
}

interface RunNamespace {
  readonly name: string;
  readonly uid: string;
  readonly expiresAt: Date;
}

async function deleteNamespace(kubeConfig: KubeConfig, { name, uid }: RunNamespace): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, AbortSignal.timeout(10_000));
  const body: DeleteOptions = { preconditions: { uid } };
  await core.deleteNamespace({ name, body });
}

async function createNamespace(
  kubeConfig: KubeConfig,
  journal: JournalWriter,
  runLabel: string,
  signal: AbortSignal,
) {
  // A resumed run gets a namespace of its own: the old one may still be going.
  const name = `drainbench-${runLabel.slice(-6)}-${Date.now().toString(36).slice(-4)}`;
  const expiresAt = new Date(Date.now() + EXPIRES_AFTER_MS);
  await journal.write({ type: 'intent', kind: 'Namespace', namespace: null, name });
  const { owned } = await applyWorkload(
    kubeConfig,
    [buildNamespace(name, runLabel, expiresAt, currentOwner())],
    { signal },
  );
  return { name, expiresAt, uid: owned[0]?.uid ?? '' };
}

async function runUntilValid(
  context: RunContext,
  trial: PlannedTrial,
  earlierAttempts: number,
  progress: RunProgress,
): Promise<void> {
  for (let attempt = earlierAttempts + 1; attempt <= earlierAttempts + MAX_ATTEMPTS; attempt++) {
    const directory = trialDirectoryName(trial, attempt);
    await context.journal.write({ type: 'trial-started', trial: trial.number, attempt, directory });
    await runTrial(context, trial, attempt);
    const analyzed = await analyzeTrialDirectory(context.runPath, directory, context.scenario.spec.loads);
    const isVoid = analyzed.verdict === 'void';
    await context.journal.write({ type: 'trial-finished', trial: trial.number, attempt, void: isVoid });
    progress.trialDone(analyzed);
    if (!isVoid) return;
  }
}

async function userManifest({ scenario, scenarioFile }: RunManifest): Promise<RunContext['manifest']> {
  const { app } = scenario.spec;
  if (!('manifest' in app)) return [];
  return readUserManifest(join(scenarioFile === null ? '.' : dirname(scenarioFile), app.manifest));
}
