import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';

import type { Cluster } from '../cluster/cluster.ts';
import type { disrupt } from '../disrupt/disrupt.ts';
import { disruptionBudget } from '../disrupt/disruption-budget.ts';
import type { DisruptionContext } from '../disrupt/disruption-context.ts';
import type { Disrupted } from '../disrupt/disruption-kind.ts';
import { openEventWriter, type EventWriter } from '../history/event-writer.ts';
import type { JournalWriter } from '../history/journal-writer.ts';
import { openRequestLedger } from '../history/request-ledger-reader.ts';
import { createTrialDirectory } from '../history/trial-directory.ts';
import { writeTrialRecord } from '../history/trial-record-file.ts';
import { checkLedger } from '../load/check-ledger.ts';
import type { LiveCounters } from '../load/load-engine.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { ObjectEvent, TrialPhase } from '../model/history-event.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import type { TrialRecord } from '../model/trial-record.ts';
import type { Finding } from '../model/verdict.ts';
import { watchApi } from '../observe/api-watch.ts';
import { followAppLogs } from '../observe/app-log.ts';
import type { ObserveContext, Observer } from '../observe/observer.ts';
import type { KubeObject } from '../observe/watch-state.ts';
import { applyWorkload, type OwnedObject } from '../workload/apply-workload.ts';
import { buildManifests } from '../workload/build-manifests.ts';
import type { KubeObject as PlainObject } from '../workload/kube-object.ts';
import { leaseOwner } from '../workload/lease-holder.ts';
import { LABELS, ownershipLabels, type TrialContext } from '../workload/ownership.ts';
import { removeWorkload } from '../workload/remove-workload.ts';
import { claimPrefixes } from '../workload/workload-family.ts';
import { waitUntilReady } from '../workload/wait-until-ready.ts';
import { headlessServiceName, portsOf } from '../workload/with-headless-service.ts';
import type { Workload } from '../workload/workload.ts';
import { checkAppLedger } from './check-app-ledger.ts';
import type { InsideLoads } from './inside-loads.ts';
import type { NodeAgents } from './node-agents.ts';
import { observeControlPlane } from './observe-control-plane.ts';
import { observeEvidence, type TrafficPorts } from './observe-evidence.ts';
import { ledgerName, startLoads, type AppAddresses, type StartedLoads } from './start-loads.ts';
import type { DeliveredImages } from './deliver-image.ts';
import { trialLabel } from './trial-label.ts';
import { waitRecovered } from './wait-recovered.ts';
import { withImages } from './with-images.ts';

/** What all trials of a run share. */
export interface RunContext {
  readonly scenario: Scenario;
  readonly runId: string;
  readonly runPath: string;
  readonly namespace: string;
  /** The run made the namespace: nothing else is in it. */
  readonly ownNamespace: boolean;
  readonly expiresAt: Date;
  readonly cluster: Cluster;
  /** `null`: no agents run on the nodes. */
  readonly agents: NodeAgents | null;
  /** `null`: all loads run on this machine. */
  readonly insideLoads: InsideLoads | null;
  readonly kubeConfig: KubeConfig;
  readonly journal: JournalWriter;
  readonly manifest: readonly PlainObject[];
  /** Full name of an image → the name that the nodes know it by. */
  readonly images: DeliveredImages;
  readonly disrupt: typeof disrupt;
  /** `process.hrtime.bigint()` and wall clock at run start. */
  readonly runStartNs: bigint;
  readonly runStartWallMs: number;
  readonly signal: AbortSignal;
  readonly onPhase: (trial: PlannedTrial, phase: TrialPhase) => void;
  readonly onCounters: (load: string, counters: LiveCounters) => void;
}

/** Without a disruption the load goes on this long, about as long as a short shutdown takes. */
const UNDISTURBED_MS = 3000;
/** A stall of the harness' own event loop beyond this makes receipt times doubtful. */
const MAX_STALL_MS = 25;
const CLEAN_UP_MS = 45_000;

/**
 * One trial from an empty namespace to an empty namespace: deploy, wait until quiet, load, disrupt, recover, stop,
 * clean up, check. Everything seen is in the trial's directory when this returns, also when it throws.
 */
export async function runTrial(context: RunContext, trial: PlannedTrial, attempt: number): Promise<void> {
  const path = await createTrialDirectory(context.runPath, trial, attempt);
  const events = await openEventWriter(path);
  const measured = new TrialInProgress(context, trial, attempt, path, events);
  try {
    await writeTrialRecord(path, measured.record('running'));
    await measured.measure();
    await writeTrialRecord(path, measured.record('finished'));
  } catch (error) {
    await writeTrialRecord(path, measured.record('aborted'));
    throw error;
  } finally {
    await events.close();
  }
}

interface ChangedNode {
  readonly node: string;
  readonly undo: (signal: AbortSignal) => Promise<void>;
}

class TrialInProgress {
  readonly #context: RunContext;
  readonly #trial: PlannedTrial;
  readonly #attempt: number;
  readonly #path: string;
  readonly #events: EventWriter;
  readonly #workload: Workload;
  readonly #owner: TrialContext;
  readonly #owned: OwnedObject[] = [];
  readonly #phases: TrialRecord['phases'] = [];
  readonly #loads: TrialRecord['loads'] = [];
  readonly #findings: Finding[] = [];
  /** UID of a Pod → UID of what owned it when it was first seen. */
  readonly #firstOwners = new Map<string, string>();
  readonly #changedNodes: ChangedNode[] = [];
  #disrupted: Disrupted | null = null;

  constructor(context: RunContext, trial: PlannedTrial, attempt: number, path: string, events: EventWriter) {
    this.#context = context;
    this.#trial = trial;
    this.#attempt = attempt;
    this.#path = path;
    this.#events = events;
    const { runId, namespace, ownNamespace, expiresAt, scenario, manifest, images } = context;
    const label = trialLabel(trial, attempt);
    // Where others live too, the objects' names must not be theirs.
    const trialId = ownNamespace ? label : `${label}-${runId.slice(-6)}`;
    this.#owner = { runId, trialId, namespace, expiresAt };
    const built = buildManifests({ scenario, strategy: trial.strategy, trial: this.#owner, manifest });
    this.#workload = withImages(built, images);
  }

  record(state: TrialRecord['state']): TrialRecord {
    return {
      schemaVersion: 1,
      trial: this.#trial,
      attempt: this.#attempt,
      state,
      namespace: this.#context.namespace,
      victims: (this.#disrupted?.victims ?? []).map(({ ip, ...victim }) => ({ ...victim, podIP: ip })),
      phases: this.#phases,
      loads: this.#loads,
      findings: this.#findings,
    };
  }

  async measure(): Promise<void> {
    const { signal, cluster, kubeConfig, namespace, runStartNs } = this.#context;
    const observing: ObserveContext = {
      nowNs: this.#nowNs,
      record: (event) => void this.#events.append(event),
      signal,
    };
    const observers: Observer[] = [];
    const pods = new Map<string, KubeObject>();
    const stalls = monitorEventLoopDelay({ resolution: 1 });
    let measured = false;
    try {
      this.#begin('deploy');
      const logs = this.#followLogs(observing);
      const onPod = (change: ObjectEvent['change'], pod: KubeObject) => {
        this.#noteOwner(pod);
        if (change === 'DELETED') pods.delete(pod.metadata.uid);
        else pods.set(pod.metadata.uid, pod);
        logs.podSeen(change, pod);
      };
      const scope = {
        namespace,
        // Our own agents and loads are no part of what is measured.
        labelSelector: `${LABELS.run}=${this.#owner.runId},!${LABELS.role}`,
        names: this.#context.ownNamespace
          ? null
          : this.#workload.objects.map(({ metadata }) => metadata?.name ?? ''),
        nodes: cluster.capabilities?.nodes ?? true,
        claims: cluster.capabilities === undefined,
      };
      observers.push(await watchApi(kubeConfig, scope, observing, onPod));
      observers.push(...(await observeControlPlane(cluster, namespace, runStartNs, observing)));
      observers.push(logs);
      const addresses = await this.#apply();
      const ports = this.#trafficPorts(addresses);
      const { agents } = this.#context;
      const evidence = await observeEvidence({ cluster, agents, namespace, ports, runStartNs }, observing);
      try {
        await this.#settle();
        await evidence.readProcessFacts([...pods.values()]);
        await evidence.askProxies();
        stalls.enable();
        await this.#loadAndDisrupt(addresses, pods.values());
        stalls.disable();
        await evidence.askProxies();
      } finally {
        // Before the clean-up: what it does to Pods and rules is no evidence of anything.
        await evidence.stop();
      }
      this.#noteStalls(stalls.max / NS_PER_MS);
      measured = true;
    } finally {
      try {
        await this.#cleanUp().catch((error: unknown) => {
          // Must not hide why the trial ended: what is left is in the journal, and named at the end of the run.
          if (measured) throw error;
        });
      } finally {
        this.#begin('collect');
        for (const observer of observers) await observer.stop();
      }
    }
    await this.#checkLedgers();
    this.#begin('done');
  }

  readonly #nowNs = (): number => Number(process.hrtime.bigint() - this.#context.runStartNs);

  #begin(phase: TrialPhase): void {
    const atNs = this.#nowNs();
    this.#phases.push({ phase, atNs });
    this.#events.append({ type: 'phase', atNs, uncertaintyNs: 0, source: 'harness', phase });
    this.#context.onPhase(this.#trial, phase);
  }

  #followLogs(observing: ObserveContext): ReturnType<typeof followAppLogs> {
    const { kubeConfig, namespace, runStartNs, runStartWallMs } = this.#context;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const clock = { runStartNs, runStartWallMs, bootId, podBootIds: new Map<string, string>() };
    return followAppLogs(kubeConfig, namespace, join(this.#path, 'logs'), clock, observing);
  }

  /** Creates the trial's objects, journalling each intent first. */
  async #apply(): Promise<AppAddresses> {
    const { kubeConfig, signal, journal } = this.#context;
    const budget = disruptionBudget(this.#trial.disruption, this.#disruptionContext());
    const objects = [...this.#workload.objects, ...(budget === null ? [] : [budget])];
    const { nodePort, clusterIP } = await applyWorkload(kubeConfig, objects, {
      signal,
      onIntent: async ({ apiVersion = '', kind = '', metadata }) => {
        const namespace = metadata?.namespace ?? null;
        await journal.write({ type: 'intent', apiVersion, kind, namespace, name: metadata?.name ?? '' });
      },
      onCreated: async (owned) => {
        this.#owned.push(owned);
        await journal.write({ type: 'created', ...owned });
      },
    });
    if (nodePort === null) throw new Error('the trial has no NodePort Service');
    const { namespace } = this.#context;
    const headlessName = headlessServiceName(this.#workload);
    return { namespace, nodePort, clusterIP, headlessName, ...portsOf(this.#workload) };
  }

  /** Waits until all is Ready and quiet. */
  async #settle(): Promise<void> {
    const { kubeConfig, signal, scenario } = this.#context;
    const { settleMs, readyTimeoutMs } = scenario.spec.timing;
    this.#begin('settle');
    await waitUntilReady(kubeConfig, this.#workload, { settleMs, timeoutMs: readyTimeoutMs, signal });
  }

  /** At which ports the loads' traffic can be seen, and from which addresses it goes to Pods directly. */
  #trafficPorts({ appPort, nodePort, servicePort }: AppAddresses): TrafficPorts {
    const { scenario, insideLoads } = this.#context;
    const inside = scenario.spec.loads.filter(({ from }) => from === 'inside');
    return {
      app: appPort,
      node: nodePort,
      service: inside.some(({ via }) => via === 'clusterIP') ? servicePort : null,
      directClients: inside
        .filter(({ via }) => via === 'headless')
        .flatMap((spec) => insideLoads?.podOf(spec).ip ?? []),
    };
  }

  async #loadAndDisrupt(addresses: AppAddresses, pods: Iterable<KubeObject>): Promise<void> {
    const { scenario, signal } = this.#context;
    const { baselineMs, tailMs } = scenario.spec.timing;
    const loads = await this.#startLoads(addresses, pods);
    try {
      this.#begin('baseline');
      await this.#whileLoaded(loads, sleep(baselineMs, undefined, { signal }));
      this.#begin('disrupt');
      await this.#whileLoaded(loads, this.#disrupt());
      this.#begin('recover');
      await this.#whileLoaded(loads, this.#recover());
      this.#begin('tail');
      await this.#whileLoaded(loads, sleep(tailMs, undefined, { signal }));
    } finally {
      this.#begin('stop-load');
      await this.#stopLoads(loads);
    }
  }

  async #startLoads(addresses: AppAddresses, pods: Iterable<KubeObject>): Promise<StartedLoads['loads']> {
    const { scenario, cluster, kubeConfig, insideLoads, runStartNs, signal, onCounters } = this.#context;
    const { loads, records, findings } = await startLoads({
      ...{ cluster, kubeConfig, inside: insideLoads, addresses, pods, runStartNs, onCounters },
      specs: scenario.spec.loads,
      trialPath: this.#path,
      context: { nowNs: this.#nowNs, record: (event) => void this.#events.append(event), signal },
    });
    this.#loads.push(...records);
    this.#findings.push(...findings);
    return loads;
  }

  /** A load process that dies ends the trial at once instead of being found out at its end. */
  async #whileLoaded<T>(loads: StartedLoads['loads'], step: Promise<T>): Promise<T> {
    const died = loads.map((load) =>
      load.ended.then(() => {
        throw new Error('a load ended before it was stopped');
      }),
    );
    return Promise.race([step, ...died]);
  }

  async #disrupt(): Promise<void> {
    const disrupted = this.#context.disrupt(this.#trial.disruption, this.#disruptionContext());
    this.#disrupted = await disrupted.catch((error: unknown) => {
      if (!(error instanceof DrainbenchError) || error.code !== 'disruption-refused') throw error;
      // One trial's misfortune; the next may fare better.
      const message = `The disruption did not happen as planned: ${error.message} (${error.found ?? 'no reason given'}).`;
      this.#findings.push({ code: 'disruption-refused', severity: 'void', message });
      return null;
    });
  }

  #disruptionContext(): DisruptionContext {
    const { kubeConfig, cluster, namespace, signal, journal, runId, expiresAt } = this.#context;
    return {
      kubeConfig,
      cluster,
      namespace,
      selector: this.#workload.selector,
      target: this.#workload.target,
      trialId: this.#owner.trialId,
      labels: ownershipLabels(this.#owner),
      run: { id: runId, owner: leaseOwner().identity, expiresAt },
      seed: this.#trial.seed,
      nowNs: this.#nowNs,
      record: (event) => void this.#events.append(event),
      onNodeChange: async (node, undo) => {
        await journal.write({ type: 'node-change', node });
        this.#changedNodes.push({ node, undo });
      },
      signal,
    };
  }

  async #recover(): Promise<void> {
    const { scenario, kubeConfig, signal } = this.#context;
    if (this.#trial.disruption.type === 'none') {
      await sleep(UNDISTURBED_MS, undefined, { signal });
      return;
    }
    const { recoverTimeoutMs } = scenario.spec.timing;
    // What did not happen as planned is void: nothing to wait for but what it may have begun.
    const disrupted = this.#disrupted ?? { victims: [] };
    if (await waitRecovered(kubeConfig, this.#workload, disrupted, recoverTimeoutMs, signal)) return;
    this.#findings.push({
      code: 'not-recovered',
      severity: 'warning',
      message: `${recoverTimeoutMs / 1000} s after the disruption it was not over: Pods were still ending, or the replacements not Ready.`,
    });
  }

  /** In flight requests get the time that they would have had anyway; what is open after that is censored. */
  async #stopLoads(loads: StartedLoads['loads']): Promise<void> {
    const { scenario, signal } = this.#context;
    const timeouts = scenario.spec.loads.map((spec) => spec.connectTimeoutMs + spec.responseTimeoutMs);
    const drainMs = signal.aborted ? 0 : Math.max(...timeouts);
    const summaries = await Promise.allSettled(loads.map((load) => load.stop({ drainMs })));
    for (const [position, summary] of summaries.entries()) {
      if (summary.status === 'rejected') {
        const reason = summary.reason instanceof Error ? summary.reason.message : String(summary.reason);
        this.#findings.push({
          code: 'load-failed',
          severity: 'void',
          message: `A load did not end well: ${reason}.`,
        });
        continue;
      }
      const { load, intended } = summary.value;
      this.#findings.push(
        ...(await checkLedger(join(this.#path, ledgerName({ name: load })), summary.value)),
      );
      const index = this.#loads.findIndex(({ name }) => name === load);
      const known = this.#loads[index];
      if (known === undefined) continue;
      const driven = loads[position];
      const sureNs =
        driven !== undefined && 'clockUncertaintyNs' in driven ? driven.clockUncertaintyNs() : null;
      const inside = known.inside && { inside: { ...known.inside, clockUncertaintyNs: sureNs } };
      this.#loads[index] = { ...known, intended, ...inside };
    }
  }

  #noteStalls(maxMs: number): void {
    if (maxMs <= MAX_STALL_MS) return;
    this.#findings.push({
      code: 'harness-stalled',
      severity: 'info',
      message: `The harness itself was held up for ${maxMs.toFixed(0)} ms once: times of watch events may be that late. The loads run in processes of their own.`,
    });
  }

  /** Runs also when the trial was aborted, and then with a deadline of its own. */
  async #cleanUp(): Promise<void> {
    const { kubeConfig, journal } = this.#context;
    this.#begin('clean-up');
    const signal = AbortSignal.timeout(CLEAN_UP_MS);
    const restored = await Promise.allSettled(
      this.#changedNodes.map((changed) => this.#restore(changed, signal)),
    );
    await removeWorkload(kubeConfig, this.#owned, this.#owner, {
      signal,
      claims: claimPrefixes(this.#workload.objects),
      firstOwner: (uid) => this.#firstOwners.get(uid),
      onMember: ({ apiVersion, kind, namespace, name, uid }) =>
        journal.write({ type: 'created', apiVersion, kind, namespace, name, uid }),
      onRemoved: ({ kind, namespace, name, uid }) =>
        journal.write({ type: 'removed', kind, namespace, name, uid }),
    });
    for (const outcome of restored) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #restore({ node, undo }: ChangedNode, signal: AbortSignal): Promise<void> {
    await undo(signal);
    await this.#context.journal.write({ type: 'node-restored', node });
  }

  /** Owners go before their Pods, and with them the references: what was seen of them is the proof then. */
  #noteOwner({ metadata }: KubeObject): void {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner !== undefined && !this.#firstOwners.has(metadata.uid))
      this.#firstOwners.set(metadata.uid, owner.uid);
  }

  async #checkLedgers(): Promise<void> {
    const ledgers = await Promise.all(
      this.#loads.map(({ ledger }) => openRequestLedger(join(this.#path, ledger))),
    );
    this.#findings.push(...(await checkAppLedger(join(this.#path, 'logs'), ledgers)));
  }
}
