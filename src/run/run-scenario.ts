import { readClusterIdentity, requireSameCluster } from '../cluster/existing/cluster-identity.ts';
import { loadKubeConfig } from '../cluster/kube/load-kube-config.ts';
import { watchApiSilence } from '../cluster/kube/api-silence.ts';
import { requireDisruptions } from '../disrupt/require-disruptions.ts';
import { writeManifest } from '../history/manifest-file.ts';
import { pointLatestAt } from '../history/point-latest-at.ts';
import { listTrialDirectories } from '../history/trial-directory.ts';
import type { ClusterIdentity } from '../model/cluster-capabilities.ts';
import type { DrainbenchError } from '../model/drainbench-error.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import { readClockAnchor } from '../model/wall-clock.ts';
import { sweepTraceInstances } from '../observe/kernel-trace/sweep-trace-instances.ts';
import { cleanUpCommand } from './clean-up-command.ts';
import { k6Of } from './find-k6.ts';
import { leftoversError } from './leftovers-error.ts';
import type { OpenCluster } from './open/cluster-opening.ts';
import { openCluster } from './open/open-cluster.ts';
import type { OpenRun } from './open-run.ts';
import type { RunOptions } from './run-options.ts';
import { requireReach } from './require-reach.ts';
import { runTrials } from './run-trials.ts';
import { reportApiSilence } from './report-api-silence.ts';
import { requireSameClusterOnResume } from './resume-cluster.ts';

export type { RunOptions, RunProgress } from './run-options.ts';

/**
 * Measures what is left of a run's plan: gets the cluster, runs trial after trial, gives everything back. The analysis
 * starts from the run directory. What was measured stays however the run ends; one that ends early is marked as
 * interrupted, and can be resumed.
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
  let endWatch: () => void = () => undefined;
  let notGivenBack: unknown;
  let ended: { readonly error: unknown } | null = null;
  const left = (cause: unknown) =>
    // A cluster of the run's own goes with everything on it.
    opened === undefined || opened.ownedByRun
      ? null
      : leftoversError(directory.path, cleanUpOf(run, opened), cause);
  try {
    const { spec } = manifest.scenario;
    const k6 = await k6Of(spec.loads, { signal, onToolProgress: progress.tool });
    if (k6 !== null) {
      progress.step(`k6 ${k6.version} (${k6.path})`);
      manifest = { ...manifest, versions: { ...manifest.versions, k6: k6.version } };
    }
    opened = await openCluster({
      // What `auto` meant when the run began, it means as long as the run goes on.
      spec: { ...spec.cluster, driver: driverOf(manifest) },
      existingName: options.existingCluster ?? spec.cluster.name ?? null,
      ownName: `run-${manifest.runId.slice(-6)}`,
      expected: manifest.cluster?.identity ?? null,
      signal,
      onToolProgress: progress.tool,
      onStep: progress.step,
    });
    const { cluster } = opened;
    if (!opened.ownedByRun) progress.cleanUp(cleanUpOf(run, opened));
    endWatch = watchApiSilence(loadKubeConfig(cluster.kubeconfigPath), reportApiSilence(progress.step));
    requireDisruptions(spec, cluster);
    requireReach(spec.loads, cluster);
    if (manifest.cluster !== null) await requireSameClusterOnResume(manifest.cluster, opened, signal);
    const identity = await identityOf(opened, signal);
    const context = opened.existing && { context: opened.existing.context };
    await journal.write({ type: 'cluster-identified', ...context, identity });
    manifest = withCluster(manifest, opened, identity, run);
    await writeManifest(directory.path, manifest);
    await sweepTraceInstances();
    const kubeConfig = loadKubeConfig(cluster.kubeconfigPath);
    const { existing } = opened;
    const requireSame = (until: AbortSignal) =>
      existing === undefined ? requireSameCluster(kubeConfig, identity, until) : existing.requireSame(until);
    /** Written before its trials begin, as of any run. */
    const more = async () => {
      const grown = options.grow?.(manifest) ?? null;
      if (grown === null) return [];
      const added = grown.plan.trials.slice(manifest.plan.trials.length);
      manifest = grown;
      await writeManifest(directory.path, manifest);
      return added;
    };
    notGivenBack = await runTrials(
      { ...run, manifest },
      options,
      opened,
      k6?.path ?? null,
      requireSame,
      more,
    );
    state = 'finished';
  } catch (error) {
    ended = { error: (await left(error)) ?? error };
  }
  // Each is done whatever becomes of the others: a disk that is full must not keep a cluster.
  for (const end of [
    () => {
      endWatch();
      return opened?.close();
    },
    () => journal.write({ type: 'run-finished', state }),
    () => journal.close(),
    () => {
      const clock = { ...manifest.clock, end: readClockAnchor() };
      return writeManifest(directory.path, { ...manifest, state, clock });
    },
    async () => {
      // A run that never got as far as a trial must not hide the one before it.
      if ((await listTrialDirectories(directory.path)).length > 0) await pointLatestAt(directory);
    },
  ]) {
    try {
      await end();
    } catch (error) {
      ended ??= { error };
    }
  }
  if (ended !== null) throw ended.error;
  return left(notGivenBack ?? null);
}

function driverOf({ cluster, scenario }: RunManifest): RunManifest['scenario']['spec']['cluster']['driver'] {
  const known = ['embedded', 'kind', 'existing'] as const;
  return known.find((driver) => driver === cluster?.driver) ?? scenario.spec.cluster.driver;
}

async function identityOf(opened: OpenCluster, signal: AbortSignal): Promise<ClusterIdentity> {
  if (opened.existing !== undefined) return opened.existing.identity;
  return readClusterIdentity(loadKubeConfig(opened.cluster.kubeconfigPath), undefined, signal);
}

function withCluster(
  manifest: RunManifest,
  { cluster, kubernetesVersion, ownedByRun, existing }: OpenCluster,
  identity: ClusterIdentity,
  { attempts, done }: OpenRun,
): RunManifest {
  const { renewedBefore = [] } = manifest.cluster ?? {};
  const next = manifest.plan.trials.find(({ number }) => !done.has(number));
  const isRenewed = ownedByRun && attempts.size > 0 && next !== undefined;
  const renewed = isRenewed ? [...renewedBefore, next.number] : renewedBefore;
  return {
    ...manifest,
    versions: { ...manifest.versions, kubernetes: kubernetesVersion },
    cluster: {
      driver: cluster.driver,
      name: cluster.name,
      ownedByRun,
      ...(renewed.length > 0 && { renewedBefore: renewed }),
      kubernetesVersion,
      proxyMode: cluster.proxyMode,
      nodes: cluster.nodes.map(({ name, address }) => ({ name, address })),
      ...(cluster.nodePorts === 'published' && { nodePorts: cluster.nodePorts }),
      identity,
      ...(existing !== undefined && { context: existing.context }),
      ...(cluster.capabilities !== undefined && { capabilities: cluster.capabilities }),
    },
  };
}

function cleanUpOf({ directory, manifest }: OpenRun, { reachedBy }: OpenCluster): string {
  const { runId, reportsRoot } = directory;
  const { namespace } = manifest.scenario.spec.cluster;
  return cleanUpCommand({ runId, reportsRoot, reachedBy, namespace });
}
