import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { leavesWorkload } from '../disrupt/leaves-workload.ts';
import { disruptionBudget } from '../disrupt/disruption-budget.ts';
import type { DisruptionContext } from '../disrupt/disruption-context.ts';
import { openEventWriter } from '../history/event-writer.ts';
import { createTrialDirectory } from '../history/trial-directory.ts';
import { writeTrialRecord } from '../history/trial-record-file.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { PlannedTrial } from '../model/plan.ts';
import { useThenClose } from '../model/use-then-close.ts';
import type { Finding } from '../model/verdict.ts';
import { watchApi } from '../observe/api-watch.ts';
import { followAppLogs } from '../observe/app-log.ts';
import type { Observer } from '../observe/observer.ts';
import { stopObservers } from '../observe/stop-observers.ts';
import type { KubeObject } from '../observe/watch-state.ts';
import { leaseOwner } from '../workload/lease-holder.ts';
import { expiryFromNow, LABELS, ownMetadata, trialSelector } from '../workload/ownership.ts';
import { portsOf } from '../workload/with-headless-service.ts';
import { waitUntilReady } from '../workload/wait-until-ready.ts';
import { disruptTrial, recoverTrial } from './disrupt-trial.ts';
import { noteAutoscaler } from './note-autoscaler.ts';
import { observeControlPlane } from './observe-control-plane.ts';
import { observeEvidence } from './observe-evidence.ts';
import type { RunContext } from './run-context.ts';
import type { Stand } from './stand.ts';
import type { AppAddresses } from './start-loads.ts';
import { trafficPorts } from './traffic-ports.ts';
import { TrialLoads } from './trial-loads.ts';
import { TrialNotebook } from './trial-notebook.ts';
import { endsRun, trialFailure } from './trial-failure.ts';

/** A stall of the harness' own event loop beyond this makes receipt times doubtful. */
const MAX_STALL_MS = 25;

/**
 * One trial on one stand: deploy it if it is new, wait until quiet, load, disrupt, recover, stop, clean up (or leave the
 * stand to another trial), check. Everything seen is in the trial's directory when this returns, also when it throws.
 * What befalls one trial (see `trialFailure`) makes it void, and is in its record.
 *
 * @throws what no further trial could survive.
 */
export async function runTrial(
  context: RunContext,
  trial: PlannedTrial,
  attempt: number,
  stand: Stand,
): Promise<TrialEnd> {
  const path = await createTrialDirectory(context.runPath, trial, attempt);
  const events = await openEventWriter(path);
  const notebook = new TrialNotebook(context, trial, attempt, path, events);
  let inProgress = null as TrialInProgress | null;
  let state = 'aborted' as 'finished' | 'aborted';
  const measure = async () => {
    try {
      await writeTrialRecord(path, notebook.record('running'));
      inProgress = new TrialInProgress(context, notebook, stand);
      await inProgress.measure();
      state = 'finished';
    } catch (error) {
      const { signal } = context;
      // What went wrong before the interruption came is the reason still.
      const isOwn = !signal.aborted || (error instanceof DrainbenchError && error !== signal.reason);
      notebook.note(isOwn ? trialFailure(error) : interrupted(signal.reason));
      signal.throwIfAborted();
      if (endsRun(error)) throw error;
    }
  };
  await useThenClose(measure, () => {
    notebook.close();
    return useThenClose(
      () => writeTrialRecord(path, notebook.record(state)),
      () => events.close(),
    );
  });
  return { measured: state === 'finished', stand: inProgress?.standLeft ?? 'removed' };
}

/** The run was interrupted, or lost its Lease. */
function interrupted(reason: unknown): Finding {
  if (reason instanceof DrainbenchError) return trialFailure(reason);
  return { code: 'interrupted', severity: 'void', message: 'The run was interrupted in the middle of it.' };
}

export interface TrialEnd {
  /** It came to its end; what it shows may still be void. */
  readonly measured: boolean;
  /** `usable`: left for another trial. `broken`: not removed, and to be removed before anything else is measured. */
  readonly stand: 'removed' | 'usable' | 'broken';
}

class TrialInProgress {
  readonly #context: RunContext;
  readonly #notebook: TrialNotebook;
  readonly #stand: Stand;
  readonly #loads: TrialLoads;
  /** The trial's Pods by UID, as they were seen last. */
  readonly #pods = new Map<string, KubeObject>();
  #standLeft: TrialEnd['stand'] = 'broken';

  constructor(context: RunContext, notebook: TrialNotebook, stand: Stand) {
    this.#context = context;
    this.#notebook = notebook;
    this.#stand = stand;
    const { serviceName: service, container, target } = stand.workload;
    notebook.app = { kind: target.kind, service, port: portsOf(stand.workload).appPort, container };
    if (stand.isDeployed) notebook.stand = { deployedFor: stand.label, use: stand.uses + 1 };
    this.#loads = new TrialLoads(context, notebook);
  }

  /** What became of the stand by now. */
  get standLeft(): TrialEnd['stand'] {
    return this.#standLeft;
  }

  async measure(): Promise<void> {
    const observers: Observer[] = [];
    const failures: unknown[] = [];
    const collected = (error: unknown) => void failures.push(error);
    try {
      this.#notebook.begin('deploy');
      await this.#observe(observers);
      await this.#measureWithEvidence(await this.#deploy());
    } catch (error) {
      collected(error);
    }
    this.#notebook.begin('clean-up');
    if (failures.length === 0 && this.#leavesStand()) this.#standLeft = 'usable';
    else await this.#remove().catch(collected);
    this.#notebook.begin('collect');
    await stopObservers(observers).catch(collected);
    // What came first is the reason; what came after it may only have been its consequence.
    if (failures.length > 0) throw failures[0];
    await this.#loads.checkAgainstApp();
    this.#notebook.begin('done');
  }

  /** Whether another trial can follow where this one was. */
  #leavesStand(): boolean {
    const { trial, findings } = this.#notebook;
    if (!this.#context.deployOnce || !leavesWorkload(trial.disruption)) return false;
    if (findings.some(({ code, severity }) => severity === 'void' || code === 'not-recovered')) return false;
    return this.#stand.end([...this.#pods.values()]);
  }

  /** What is left does not make void what was measured before; the next trial begins only without it. */
  async #remove(): Promise<void> {
    try {
      await this.#stand.remove();
      this.#standLeft = 'removed';
    } catch (error) {
      if (this.#context.signal.aborted || endsRun(error)) throw error;
      this.#notebook.note({ ...trialFailure(error), code: 'clean-up-incomplete', severity: 'warning' });
    }
  }

  /** Starts what watches from before the first object until after the last. */
  async #observe(observers: Observer[]): Promise<void> {
    const { cluster, kubeConfig, namespace, ownNamespace, sideBySide, runStartNs } = this.#context;
    const { observing } = this.#notebook;
    const logs = this.#followLogs();
    const isAlone = ownNamespace && !sideBySide;
    const names = isAlone ? null : this.#stand.workload.objects.map(({ metadata }) => metadata?.name ?? '');
    const scope = {
      namespace,
      // Our own agents and loads are no part of what is measured, nor are other stands.
      labelSelector: `${trialSelector(this.#stand.owner)},!${LABELS.role}`,
      names,
      shared: !cluster.ours,
      nodes: cluster.capabilities?.nodes ?? true,
      claims: cluster.capabilities === undefined,
    };
    const watch = await watchApi(kubeConfig, scope, observing, (change, pod) => {
      this.#stand.objects.podSeen(pod);
      if (change === 'DELETED') this.#pods.delete(pod.metadata.uid);
      else this.#pods.set(pod.metadata.uid, pod);
      logs.podSeen(change, pod);
    });
    observers.push(watch);
    try {
      const theirs = sideBySide ? names : null;
      observers.push(...(await observeControlPlane(cluster, namespace, runStartNs, observing, theirs)));
    } finally {
      // Last to stop: the watch brings it the last Pods.
      observers.push(logs);
    }
  }

  #followLogs(): ReturnType<typeof followAppLogs> {
    const { cluster, kubeConfig, namespace, runStartNs, runStartWallMs } = this.#context;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const clock = { runStartNs, runStartWallMs, bootId, podBootIds: new Map<string, string>() };
    const { path, observing } = this.#notebook;
    const { podLogsPath } = cluster.sources;
    const logsPath = join(path, 'logs');
    const podsLiveOn = () => this.#standLeft === 'usable';
    return followAppLogs({ kubeConfig, namespace, logsPath, clock, podLogsPath, podsLiveOn }, observing);
  }

  #deploy(): Promise<AppAddresses> {
    return this.#stand.begin(disruptionBudget(this.#notebook.trial.disruption, this.#disruptionContext()));
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
    const failures: unknown[] = [];
    const collected = (error: unknown) => void failures.push(error);
    try {
      await this.#settle();
      await evidence.readProcessFacts([...this.#pods.values()]);
      await evidence.askProxies();
      stalls.enable();
      await this.#loadAndDisrupt(addresses);
      stalls.disable();
      await evidence.askProxies();
    } catch (error) {
      collected(error);
    }
    stalls.disable();
    // Before the clean-up: what it does to Pods and rules is no evidence of anything.
    await evidence.stop().catch(collected);
    if (failures.length > 0) throw failures[0];
    this.#noteStalls(stalls.max / NS_PER_MS);
  }

  /** Waits until all is Ready and quiet. */
  async #settle(): Promise<void> {
    const { kubeConfig, signal, scenario } = this.#context;
    const { settleMs: usualMs, readyTimeoutMs: timeoutMs } = scenario.spec.timing;
    this.#notebook.begin('settle');
    // What was there before has settled: the last of it was the tail of another trial.
    const settleMs = this.#notebook.stand === null ? usualMs : 0;
    const pods = await waitUntilReady(kubeConfig, this.#stand.workload, { settleMs, timeoutMs, signal });
    // An autoscaler may have decided on another number than the manifest begins with.
    this.#stand.workload = { ...this.#stand.workload, replicas: pods.length };
  }

  async #loadAndDisrupt(addresses: AppAddresses): Promise<void> {
    const { baselineMs, tailMs } = this.#context.scenario.spec.timing;
    const notebook = this.#notebook;
    await this.#loads.start(addresses, this.#pods.values());
    let measured = false;
    const measure = async () => {
      notebook.begin('baseline');
      await this.#loads.during((signal) => sleep(baselineMs, undefined, { signal }));
      notebook.begin('disrupt');
      const disrupted = await this.#loads.during((signal) =>
        disruptTrial(this.#context, { ...this.#disruptionContext(), signal }, notebook),
      );
      notebook.begin('recover');
      await this.#loads.during(async (signal) => {
        const context = { ...this.#context, signal };
        await recoverTrial(context, this.#stand.workload, disrupted, notebook);
        await noteAutoscaler(context, this.#stand.workload, disrupted, notebook);
      });
      notebook.begin('tail');
      await this.#loads.during((signal) => sleep(tailMs, undefined, { signal }));
      measured = true;
    };
    await useThenClose(measure, () => {
      notebook.begin('stop-load');
      return this.#loads.stop(measured);
    });
  }

  #disruptionContext(): DisruptionContext {
    const { kubeConfig, cluster, namespace, runId, scenario, insideLoads } = this.#context;
    const inside = scenario.spec.loads.filter(({ from }) => from === 'inside');
    return {
      loadNodes: inside.flatMap((spec) => insideLoads?.podOf(spec).node ?? []),
      ...this.#notebook.observing,
      ...{ kubeConfig, cluster, namespace },
      selector: this.#stand.workload.selector,
      target: this.#stand.workload.target,
      container: this.#stand.workload.container,
      replicas: this.#stand.workload.replicas,
      trialId: this.#stand.owner.trialId,
      ownMetadata: (kind, name) => ownMetadata(kind, name, this.#stand.owner),
      objects: this.#stand.objects.madeByDisruption,
      run: { id: runId, owner: leaseOwner().identity, namespace, expiresAt: expiryFromNow() },
      seed: this.#notebook.trial.seed,
      onNodeChange: this.#stand.objects.nodeChanges,
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
