import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { loadKubeConfig } from '../cluster/kube/load-kube-config.ts';
import { disrupt } from '../disrupt/disrupt.ts';
import { normalizeReference } from '../image/normalize-reference.ts';
import { deployInside, type Inside } from '../inside/deploy-inside.ts';
import { wantsInsideLoads } from '../inside/inside-loads.ts';
import { wantsNodeAgents } from '../inside/node-agents.ts';
import { nodeImage } from '../inside/node-image.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import { seededRandom } from '../model/seeded-random.ts';
import type { RunContext } from '../trial/run-context.ts';
import { sharesStand } from '../trial/stands.ts';
import type { NamespaceLease } from '../workload/namespace-lease.ts';
import { expiryFromNow } from '../workload/ownership.ts';
import { requireAdmitted } from '../workload/require-admitted.ts';
import { requireNamespaced } from '../workload/require-namespaced.ts';
import { readManifest as readUserManifest } from '../workload/read-manifest.ts';
import { requireAccess } from './access/require-access.ts';
import { releaseNamespace } from './release-namespace.ts';
import { holdNamespace } from './hold-namespace.ts';
import { deliverArchive, deliverImage, type Delivery } from './images/deliver-image.ts';
import { LaneCount } from './lane-count.ts';
import { TrialAttempts } from './trial-attempts.ts';
import type { OpenCluster } from './open/cluster-opening.ts';
import type { OpenRun } from './open-run.ts';
import { runPlan } from './run-plan.ts';
import { createRunNamespace, ownNamespaceName, useNamespace } from './run-namespace.ts';
import type { RunOptions } from './run-options.ts';
import { runsAlone, trialConcurrency } from './trial-concurrency.ts';
import { sweepDeadRuns } from './sweep-dead-runs.ts';
import { releaseFailure } from './release-failure.ts';

const MAX_ATTEMPTS = 2;
/** Trials that begin together would disrupt together, again and again: up to so long they wait for each other. */
const STAGGER_MS = 1000;

/**
 * Prepares an open cluster for a run, measures what is left of its plan, and gives the cluster back.
 *
 * @param requireSame throws unless the cluster is still the one that the run began on.
 * @param more asked when the plan is through: the trials that have come to it; none: it is over.
 * @returns why not everything could be given back; `null` when it was.
 */
export async function runTrials(
  run: OpenRun,
  options: RunOptions,
  opened: OpenCluster,
  k6: string | null,
  requireSame: (signal: AbortSignal) => Promise<void>,
  more: () => Promise<readonly PlannedTrial[]>,
): Promise<unknown> {
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
  await requireNamespaced(kubeConfig, userObjects, signal);
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
          // Agents look into their nodes.
          wantsAgents ? 'privileged' : scenario.spec.cluster.podSecurity,
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
    await requireAdmitted(kubeConfig, namespace.name, userObjects, running);
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
        ...{ runId: runLabel, namespace: namespace.name, expiresAt: expiryFromNow() },
      });
    }
    const { notOnce, oneLane } = trialConcurrency(scenario, inside?.agents != null);
    const deployOnce = scenario.spec.deploy === 'once' && notOnce === null;
    if (scenario.spec.deploy === 'once' && notOnce !== null)
      progress.step(`deployed for each trial: ${notOnce}`);
    const context: RunContext = {
      scenario,
      runId: runLabel,
      runPath: directory.path,
      namespace: namespace.name,
      ownNamespace: namespace.created,
      cluster,
      agents: inside?.agents ?? null,
      insideLoads: inside?.loads ?? null,
      k6,
      kubeConfig,
      journal,
      manifest: userObjects,
      images,
      deployOnce,
      sideBySide: deployOnce || (scenario.spec.lanes !== 1 && oneLane === null),
      disrupt: options.disrupt ?? disrupt,
      runStartNs: BigInt(clock.start.monoNs),
      runStartWallMs: clock.start.wallMs,
      signal: running,
      onPhase: progress.phase,
      onCounters: progress.counters,
    };
    const { attempts, done } = run;
    const { maxAttempts = MAX_ATTEMPTS } = options;
    const lanes = new LaneCount({ lanes: scenario.spec.lanes, single: oneLane, onStep: progress.step });
    const trialAttempts = new TrialAttempts(context, options, requireSame, lanes);
    const attempt = (trial: PlannedTrial, number: number) => trialAttempts.attempt(trial, number);
    const random = seededRandom(plan.seed);
    // Rejected by an abortion, which is what the trials under way are ended by, too.
    const stagger = () =>
      sleep(random.nextInt(STAGGER_MS), undefined, { signal: running }).catch(() => undefined);
    try {
      // Else a second stand would have to be deployed beside the trials that go on.
      const isReady = (trial: PlannedTrial, beside: readonly PlannedTrial[]) =>
        !deployOnce || !beside.some((other) => sharesStand(other, trial));
      const planLanes = { count: () => lanes.count, isReady, isAlone: runsAlone, stagger };
      await trialAttempts.prepare(plan.trials.filter(({ number }) => !done.has(number)));
      const steps = { attempt, maxAttempts, lanes: planLanes };
      for (let trials: readonly PlannedTrial[] = plan.trials; trials.length > 0; trials = await more())
        await runPlan({ trials, attempts, done }, steps);
    } finally {
      // A cluster of the run's own goes with everything on it.
      const leaveAll = opened.ownedByRun;
      await trialAttempts.end(leaveAll).catch((error: unknown) => {
        notGivenBack = error;
      });
    }
  } catch (error) {
    // Whatever failed first: without the Lease nothing else could be done.
    if (!signal.aborted) lease?.lost.throwIfAborted();
    throw error;
  } finally {
    await releaseNamespace(kubeConfig, journal, namespace, inside, lease, opened).catch((error: unknown) => {
      // Must not hide why the run ended: what is left is named then, too.
      notGivenBack = error;
      progress.step(releaseFailure(namespace, error));
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

async function userManifest({ scenario, scenarioFile }: RunManifest): Promise<RunContext['manifest']> {
  const { app } = scenario.spec;
  if (!('manifest' in app)) return [];
  return readUserManifest(resolve(scenarioFile === null ? '.' : dirname(scenarioFile), app.manifest));
}
