import { dirname, resolve } from 'node:path';

import { analyzeTrialDirectory } from '../analyze/analyze-trial-directory.ts';
import type { AnalyzedTrial } from '../analyze/run-result.ts';
import { requireDisruptions } from '../disrupt/require-disruptions.ts';
import { loadKubeConfig } from '../cluster/kube/load-kube-config.ts';
import { normalizeReference } from '../image/normalize-reference.ts';
import { writeManifest } from '../history/manifest-file.ts';
import { pointLatestAt } from '../history/point-latest-at.ts';
import { listTrialDirectories, trialDirectoryName } from '../history/trial-directory.ts';
import { disrupt } from '../disrupt/disrupt.ts';
import type { LiveCounters } from '../load/load-engine.ts';
import type { TrialPhase } from '../model/history-event.ts';
import type { DrainbenchError } from '../model/drainbench-error.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import { readClockAnchor } from '../model/wall-clock.ts';
import { sweepTraceInstances } from '../observe/kernel-trace/sweep-trace-instances.ts';
import type { ToolProgress } from '../tools/tool-progress.ts';
import type { NamespaceLease } from '../workload/namespace-lease.ts';
import { readManifest as readUserManifest } from '../workload/read-manifest.ts';
import { deliverArchive, deliverImage, type Delivery } from './images/deliver-image.ts';
import { deployInside, type Inside } from '../inside/deploy-inside.ts';
import type { OpenCluster } from './open/cluster-opening.ts';
import { wantsInsideLoads } from '../inside/inside-loads.ts';
import { wantsNodeAgents } from '../inside/node-agents.ts';
import { nodeImage } from '../inside/node-image.ts';
import { cleanUpCommand } from './clean-up-command.ts';
import { giveBack } from './give-back.ts';
import { holdNamespace } from './hold-namespace.ts';
import { nameWhatIsLeft } from './name-what-is-left.ts';
import { openCluster } from './open/open-cluster.ts';
import type { OpenRun } from './open-run.ts';
import { requireAccess } from './access/require-access.ts';
import { requireReach } from './require-reach.ts';
import { createRunNamespace, ownNamespaceName, useNamespace } from './run-namespace.ts';
import type { RunContext } from '../trial/run-context.ts';
import { runTrial } from '../trial/run-trial.ts';
import { reasonOf } from './reason-of.ts';
import { sweepDeadRuns } from './sweep-dead-runs.ts';

export interface RunOptions {
  readonly existingCluster: string | null;
  readonly signal: AbortSignal;
  readonly progress: RunProgress;
  /** Does something else than what the plan's disruption says, as the truth tests do. */
  readonly disrupt?: typeof disrupt;
  /** How often a trial may be tried until it is not void; all attempts are kept. Default: 2. */
  readonly maxAttempts?: number;
}

/** What a run tells while it goes on; wording is the caller's. */
export interface RunProgress {
  readonly tool: (progress: ToolProgress) => void;
  readonly step: (message: string) => void;
  readonly phase: (trial: PlannedTrial, phase: TrialPhase) => void;
  readonly counters: (load: string, counters: LiveCounters) => void;
  readonly trialDone: (trial: AnalyzedTrial) => void;
  /** The command that cleans up after this run should it be killed, as soon as there may be anything to clean up. */
  readonly cleanUp: (command: string) => void;
}

const MAX_ATTEMPTS = 2;

/**
 * Measures what is left of a run's plan: gets the cluster, runs trial after trial, gives everything back. The analysis
 * starts from the run directory. On abort what was measured stays, marked as interrupted, and the abort is thrown.
 *
 * @returns the error of a run that is measured, but has left something on a cluster that stays; `null`: nothing is left.
 * @throws why the run ended early, with what it left.
 */
export async function runScenario(run: OpenRun, options: RunOptions): Promise<DrainbenchError | null> {
  const { signal, progress } = options;
  const { directory, journal } = run;
  let { manifest } = run;
  let state: 'finished' | 'interrupted' = 'interrupted';
  let opened: OpenCluster | undefined;
  let notGivenBack: unknown;
  const left = (cause: unknown) =>
    // A cluster of the run's own goes with everything on it.
    opened === undefined || opened.ownedByRun
      ? null
      : nameWhatIsLeft(directory.path, cleanUpOf(run, opened), cause);
  try {
    opened = await openCluster({
      spec: manifest.scenario.spec.cluster,
      existingName: options.existingCluster ?? manifest.scenario.spec.cluster.name ?? null,
      ownName: `run-${manifest.runId.slice(-6)}`,
      expected: manifest.cluster?.identity ?? null,
      signal,
      onToolProgress: progress.tool,
      onStep: progress.step,
    });
    const { cluster, kubernetesVersion, existing } = opened;
    if (!opened.ownedByRun) progress.cleanUp(cleanUpOf(run, opened));
    requireDisruptions(manifest.scenario.spec, cluster);
    requireReach(manifest.scenario.spec.loads, cluster);
    if (existing !== undefined) {
      const { context, identity } = existing;
      await journal.write({ type: 'cluster-identified', context, identity });
    }
    manifest = {
      ...manifest,
      versions: { ...manifest.versions, kubernetes: kubernetesVersion },
      cluster: {
        driver: cluster.driver,
        kubernetesVersion,
        proxyMode: cluster.proxyMode,
        nodes: cluster.nodes.map(({ name, address }) => ({ name, address })),
        ...(cluster.nodePorts === 'published' && { nodePorts: cluster.nodePorts }),
        ...(existing !== undefined && { context: existing.context, identity: existing.identity }),
        ...(cluster.capabilities !== undefined && { capabilities: cluster.capabilities }),
      },
    };
    await writeManifest(directory.path, manifest);
    await sweepTraceInstances();
    notGivenBack = await runAllTrials({ ...run, manifest }, options, opened);
    state = 'finished';
  } catch (error) {
    throw (await left(error)) ?? error;
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
  return left(notGivenBack ?? null);
}

function cleanUpOf({ directory, manifest }: OpenRun, { reachedBy }: OpenCluster): string {
  const { runId, reportsRoot } = directory;
  const { namespace } = manifest.scenario.spec.cluster;
  return cleanUpCommand({ runId, reportsRoot, reachedBy, namespace });
}

/** Returns why not everything could be given back; `null` when it was. */
async function runAllTrials(run: OpenRun, options: RunOptions, opened: OpenCluster): Promise<unknown> {
  const { cluster, existing } = opened;
  const { manifest, journal, directory } = run;
  const { scenario, scenarioFile, plan, clock } = manifest;
  const { signal, progress } = options;
  const kubeConfig = loadKubeConfig(cluster.kubeconfigPath);
  const runLabel = manifest.runId.toLowerCase();
  const shared = scenario.spec.cluster.namespace;
  const userObjects = await userManifest(manifest);
  if (existing !== undefined) {
    const needs = { scenario, manifest: userObjects, namespace: shared ?? null };
    await requireAccess(kubeConfig, needs, scenarioFile, signal);
  }
  const { registry } = scenario.spec.cluster;
  const delivery: Delivery = { opened, registry, signal, onToolProgress: progress.tool };
  const images = await deliverImage(scenario, scenarioFile, userObjects, delivery);
  for (const [name, pushed] of images) progress.step(`${name} is pushed as ${pushed}`);
  const wantsAgents = wantsNodeAgents(cluster, scenario.spec.cluster.nodeAgent);
  const image = wantsAgents || wantsInsideLoads(scenario) ? await deliverNodeImage(manifest, delivery) : null;
  // What others left on their cluster is theirs to remove: `drainbench clean` does.
  const swept = cluster.ours ? await sweepDeadRuns(kubeConfig, signal) : [];
  for (const name of swept) {
    progress.step(`removed namespace ${name} of a dead run`);
    // It may be this run's own, from before it was resumed.
    await journal.write({ type: 'removed', apiVersion: 'v1', kind: 'Namespace', namespace: null, name });
  }
  const namespace =
    shared === undefined
      ? await createRunNamespace(
          kubeConfig,
          journal,
          runLabel,
          ownNamespaceName(runLabel),
          wantsAgents,
          signal,
        )
      : await useNamespace(kubeConfig, shared, signal);
  let inside: Inside | undefined;
  let lease: NamespaceLease | undefined;
  let notGivenBack: unknown = null;
  try {
    lease = await holdNamespace(kubeConfig, namespace, {
      runId: runLabel,
      journal,
      signal,
      onStep: progress.step,
    });
    const running = AbortSignal.any([signal, lease.lost]);
    if (image !== null) {
      inside = await deployInside({
        ...{
          cluster,
          kubeConfig,
          journal,
          scenario,
          image,
          wantsAgents,
          signal: running,
          onStep: progress.step,
        },
        ...{ runId: runLabel, namespace: namespace.name, expiresAt: namespace.expiresAt },
      });
    }
    const context: RunContext = {
      scenario,
      runId: runLabel,
      runPath: directory.path,
      namespace: namespace.name,
      ownNamespace: namespace.created,
      expiresAt: namespace.expiresAt,
      cluster,
      agents: inside?.agents ?? null,
      insideLoads: inside?.loads ?? null,
      kubeConfig,
      journal,
      manifest: userObjects,
      images,
      disrupt: options.disrupt ?? disrupt,
      runStartNs: BigInt(clock.start.monoNs),
      runStartWallMs: clock.start.wallMs,
      signal: running,
      onPhase: progress.phase,
      onCounters: progress.counters,
    };
    for (const trial of plan.trials) {
      if (run.done.has(trial.number)) continue;
      await existing?.requireSame(running);
      await runUntilValid(context, trial, run.attempts.get(trial.number) ?? 0, options);
    }
  } catch (error) {
    // Whatever failed first: without the Lease nothing else could be done.
    if (!signal.aborted) lease?.lost.throwIfAborted();
    throw error;
  } finally {
    await giveBack(kubeConfig, journal, namespace, inside, lease, opened).catch((error: unknown) => {
      // Must not hide why the run ended: what is left is named then, too.
      notGivenBack = error;
      const what = namespace.created
        ? `namespace ${namespace.name} could not be removed`
        : `namespace ${namespace.name} could not be given back`;
      progress.step(`${what}: ${reasonOf(error)}`);
    });
  }
  return notGivenBack;
}

/** Puts drainbench's own programs on the nodes; returns the name of their image. */
async function deliverNodeImage({ versions }: RunManifest, delivery: Delivery): Promise<string> {
  const { path, reference } = await nodeImage(versions['drainbench'] ?? 'dev', delivery.signal);
  const images = await deliverArchive(path, delivery);
  return images.get(normalizeReference(reference)) ?? reference;
}

async function runUntilValid(
  context: RunContext,
  trial: PlannedTrial,
  earlierAttempts: number,
  { progress, maxAttempts = MAX_ATTEMPTS }: RunOptions,
): Promise<void> {
  for (let attempt = earlierAttempts + 1; attempt <= earlierAttempts + maxAttempts; attempt++) {
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
  return readUserManifest(resolve(scenarioFile === null ? '.' : dirname(scenarioFile), app.manifest));
}
