import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { disruptionBudget } from '../disrupt/disruption-budget.ts';
import type { DisruptionContext } from '../disrupt/disruption-context.ts';
import { openEventWriter } from '../history/event-writer.ts';
import { createTrialDirectory } from '../history/trial-directory.ts';
import { writeTrialRecord } from '../history/trial-record-file.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { PlannedTrial } from '../model/plan.ts';
import { watchApi } from '../observe/api-watch.ts';
import { followAppLogs } from '../observe/app-log.ts';
import type { Observer } from '../observe/observer.ts';
import { stopObservers } from '../observe/stop-observers.ts';
import type { KubeObject } from '../observe/watch-state.ts';
import { buildManifests } from '../workload/build-manifests.ts';
import { leaseOwner } from '../workload/lease-holder.ts';
import { LABELS, ownMetadata, type TrialContext } from '../workload/ownership.ts';
import { portsOf } from '../workload/with-headless-service.ts';
import { waitUntilReady } from '../workload/wait-until-ready.ts';
import type { Workload } from '../workload/workload.ts';
import { disruptTrial, recoverTrial } from './disrupt-trial.ts';
import { observeControlPlane } from './observe-control-plane.ts';
import { observeEvidence } from './observe-evidence.ts';
import type { RunContext } from './run-context.ts';
import type { AppAddresses } from './start-loads.ts';
import { trafficPorts } from './traffic-ports.ts';
import { trialLabel } from './trial-label.ts';
import { TrialLoads } from './trial-loads.ts';
import { TrialNotebook } from './trial-notebook.ts';
import { TrialObjects } from './trial-objects.ts';
import { withImages } from './with-images.ts';

/** A stall of the harness' own event loop beyond this makes receipt times doubtful. */
const MAX_STALL_MS = 25;

/**
 * One trial from an empty namespace to an empty namespace: deploy, wait until quiet, load, disrupt, recover, stop,
 * clean up, check. Everything seen is in the trial's directory when this returns, also when it throws.
 */
export async function runTrial(context: RunContext, trial: PlannedTrial, attempt: number): Promise<void> {
  const path = await createTrialDirectory(context.runPath, trial, attempt);
  const events = await openEventWriter(path);
  const notebook = new TrialNotebook(context, trial, attempt, path, events);
  try {
    await writeTrialRecord(path, notebook.record('running'));
    await new TrialInProgress(context, notebook, trialLabel(trial, attempt)).measure();
    await writeTrialRecord(path, notebook.record('finished'));
  } catch (error) {
    await writeTrialRecord(path, notebook.record('aborted'));
    throw error;
  } finally {
    notebook.close();
    await events.close();
  }
}

class TrialInProgress {
  readonly #context: RunContext;
  readonly #notebook: TrialNotebook;
  readonly #owner: TrialContext;
  readonly #workload: Workload;
  readonly #objects: TrialObjects;
  readonly #loads: TrialLoads;
  /** The trial's Pods by UID, as they were seen last. */
  readonly #pods = new Map<string, KubeObject>();

  constructor(context: RunContext, notebook: TrialNotebook, label: string) {
    const { runId, namespace, ownNamespace, expiresAt, scenario, manifest, images } = context;
    const { strategy } = notebook.trial;
    this.#context = context;
    this.#notebook = notebook;
    // Where others live too, the objects' names must not be theirs.
    const trialId = ownNamespace ? label : `${label}-${runId.slice(-6)}`;
    this.#owner = { runId, trialId, namespace, expiresAt };
    const built = buildManifests({ scenario, strategy, trial: this.#owner, manifest });
    this.#workload = withImages(built, images);
    const { serviceName: service, container, target } = this.#workload;
    notebook.app = { kind: target.kind, service, port: portsOf(this.#workload).appPort, container };
    this.#objects = new TrialObjects(context, this.#workload, this.#owner);
    this.#loads = new TrialLoads(context, notebook);
  }

  async measure(): Promise<void> {
    const observers: Observer[] = [];
    let measured = false;
    try {
      this.#notebook.begin('deploy');
      await this.#observe(observers);
      await this.#measureWithEvidence(await this.#deploy());
      measured = true;
    } finally {
      try {
        this.#notebook.begin('clean-up');
        await this.#objects.remove().catch((error: unknown) => {
          // Must not hide why the trial ended: what is left is in the journal, and named at the end of the run.
          if (measured) throw error;
        });
      } finally {
        this.#notebook.begin('collect');
        await stopObservers(observers);
      }
    }
    await this.#loads.checkAgainstApp();
    this.#notebook.begin('done');
  }

  /** Starts what watches from before the first object until after the last. */
  async #observe(observers: Observer[]): Promise<void> {
    const { cluster, kubeConfig, namespace, ownNamespace, runStartNs } = this.#context;
    const { observing } = this.#notebook;
    const logs = this.#followLogs();
    const scope = {
      namespace,
      // Our own agents and loads are no part of what is measured.
      labelSelector: `${LABELS.run}=${this.#owner.runId},!${LABELS.role}`,
      names: ownNamespace ? null : this.#workload.objects.map(({ metadata }) => metadata?.name ?? ''),
      nodes: cluster.capabilities?.nodes ?? true,
      claims: cluster.capabilities === undefined,
    };
    const watch = await watchApi(kubeConfig, scope, observing, (change, pod) => {
      this.#objects.podSeen(pod);
      if (change === 'DELETED') this.#pods.delete(pod.metadata.uid);
      else this.#pods.set(pod.metadata.uid, pod);
      logs.podSeen(change, pod);
    });
    observers.push(watch);
    observers.push(...(await observeControlPlane(cluster, namespace, runStartNs, observing)));
    // Last to stop: the watch brings it the last Pods.
    observers.push(logs);
  }

  #followLogs(): ReturnType<typeof followAppLogs> {
    const { cluster, kubeConfig, namespace, runStartNs, runStartWallMs } = this.#context;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const clock = { runStartNs, runStartWallMs, bootId, podBootIds: new Map<string, string>() };
    const { path, observing } = this.#notebook;
    const { podLogsPath } = cluster.sources;
    const logsPath = join(path, 'logs');
    return followAppLogs({ kubeConfig, namespace, logsPath, clock, podLogsPath }, observing);
  }

  #deploy(): Promise<AppAddresses> {
    return this.#objects.create(disruptionBudget(this.#notebook.trial.disruption, this.#disruptionContext()));
  }

  /** From quiet to quiet, with what looks into the nodes. */
  async #measureWithEvidence(addresses: AppAddresses): Promise<void> {
    const { cluster, agents, namespace, runStartNs } = this.#context;
    const ports = trafficPorts(this.#context, addresses);
    const evidence = await observeEvidence(
      { cluster, agents, namespace, ports, runStartNs },
      this.#notebook.observing,
    );
    const stalls = monitorEventLoopDelay({ resolution: 1 });
    try {
      await this.#settle();
      await evidence.readProcessFacts([...this.#pods.values()]);
      await evidence.askProxies();
      stalls.enable();
      await this.#loadAndDisrupt(addresses);
      stalls.disable();
      await evidence.askProxies();
    } finally {
      // Before the clean-up: what it does to Pods and rules is no evidence of anything.
      await evidence.stop();
    }
    this.#noteStalls(stalls.max / NS_PER_MS);
  }

  /** Waits until all is Ready and quiet. */
  async #settle(): Promise<void> {
    const { kubeConfig, signal, scenario } = this.#context;
    const { settleMs, readyTimeoutMs: timeoutMs } = scenario.spec.timing;
    this.#notebook.begin('settle');
    await waitUntilReady(kubeConfig, this.#workload, { settleMs, timeoutMs, signal });
  }

  async #loadAndDisrupt(addresses: AppAddresses): Promise<void> {
    const { scenario, signal } = this.#context;
    const { baselineMs, tailMs } = scenario.spec.timing;
    const notebook = this.#notebook;
    await this.#loads.start(addresses, this.#pods.values());
    try {
      notebook.begin('baseline');
      await this.#loads.during(sleep(baselineMs, undefined, { signal }));
      notebook.begin('disrupt');
      const disruption = this.#disruptionContext();
      const disrupted = await this.#loads.during(disruptTrial(this.#context, disruption, notebook));
      notebook.begin('recover');
      await this.#loads.during(recoverTrial(this.#context, this.#workload, disrupted, notebook));
      notebook.begin('tail');
      await this.#loads.during(sleep(tailMs, undefined, { signal }));
    } finally {
      notebook.begin('stop-load');
      await this.#loads.stop();
    }
  }

  #disruptionContext(): DisruptionContext {
    const { kubeConfig, cluster, namespace, runId, expiresAt, scenario, insideLoads } = this.#context;
    const inside = scenario.spec.loads.filter(({ from }) => from === 'inside');
    return {
      loadNodes: inside.flatMap((spec) => insideLoads?.podOf(spec).node ?? []),
      ...this.#notebook.observing,
      ...{ kubeConfig, cluster, namespace },
      selector: this.#workload.selector,
      target: this.#workload.target,
      trialId: this.#owner.trialId,
      ownMetadata: (kind, name) => ownMetadata(kind, name, this.#owner),
      objects: this.#objects.madeByDisruption,
      run: { id: runId, owner: leaseOwner().identity, expiresAt },
      seed: this.#notebook.trial.seed,
      onNodeChange: this.#objects.nodeChanges,
    };
  }

  #noteStalls(maxMs: number): void {
    if (maxMs <= MAX_STALL_MS) return;
    this.#notebook.findings.push({
      code: 'harness-stalled',
      severity: 'info',
      message: `The harness itself was held up for ${maxMs.toFixed(0)} ms once: times of watch events may be that late. The loads run in processes of their own.`,
    });
  }
}
