import { join } from 'node:path';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

import type { Cluster } from '../cluster/cluster.ts';
import { apiClient } from '../cluster/kube/api-client.ts';
import type { DrivenLoad } from '../load/drive-load.ts';
import type { LiveCounters, LoadTarget } from '../load/load-engine.ts';
import { startLoadProcess } from '../load/load-process.ts';
import { startRemoteLoad, type RemoteLoad } from '../load/remote-load.ts';
import type { LoadSpec } from '../model/scenario.ts';
import type { TrialRecord } from '../model/trial-record.ts';
import type { Finding } from '../model/verdict.ts';
import type { ObserveContext } from '../observe/observer.ts';
import type { KubeObject } from '../observe/watch-state.ts';
import type { InsideLoads } from '../inside/inside-loads.ts';
import { loadTargets } from './load-targets.ts';

/** By which addresses a trial's app is reached. */
export interface AppAddresses {
  readonly namespace: string;
  /** `null`: no load goes by one. */
  readonly nodePort: number | null;
  /** At its ClusterIP. */
  readonly servicePort: number;
  readonly clusterIP: string | null;
  /** Of the Service without an address of its own, and the port of the Pods behind it. */
  readonly headlessName: string;
  readonly appPort: number;
}

export interface StartLoadsOptions {
  readonly specs: readonly LoadSpec[];
  /** What the ids of their requests begin with. */
  readonly requestPrefix: string;
  readonly cluster: Cluster;
  readonly kubeConfig: KubeConfig;
  readonly inside: InsideLoads | null;
  /** Path of the program; needed where a load is its. */
  readonly k6: string | null;
  readonly addresses: AppAddresses;
  /** Of the run, as far as they were seen. */
  readonly pods: Iterable<KubeObject>;
  readonly trialPath: string;
  readonly runStartNs: bigint;
  readonly context: ObserveContext;
  readonly onCounters: (load: string, counters: LiveCounters) => void;
}

export interface StartedLoads {
  readonly loads: readonly (DrivenLoad | RemoteLoad)[];
  readonly records: TrialRecord['loads'];
  readonly findings: readonly Finding[];
}

/** Starts all loads of a trial, each where the scenario wants it. Resolves when all engines run. */
export async function startLoads(options: StartLoadsOptions): Promise<StartedLoads> {
  const { specs, cluster, addresses, pods, context } = options;
  const fromHost = specs.some(({ from }) => from === 'host');
  // A cluster that this host does not reach is no obstacle to loads that run inside.
  const { targets, findings } = fromHost
    ? await loadTargets(cluster, nodePortOf(addresses), pods, context.signal)
    : { targets: [], findings: [] };
  const records: TrialRecord['loads'] = specs.map((spec) => ({
    name: spec.name,
    engine: spec.engine,
    ledger: ledgerName(spec),
    intended: null,
    ...(spec.from === 'inside' && { inside: whereInside(spec, options) }),
  }));
  const starting = await Promise.allSettled(
    specs.map(async (spec) => {
      const common = {
        spec: {
          ...spec,
          requestPrefix: options.requestPrefix,
          ...(spec.engine === 'k6' && options.k6 !== null && { k6: options.k6 }),
        },
        runStartNs: options.runStartNs,
        ledgerPath: join(options.trialPath, ledgerName(spec)),
        onCounters: (counters: LiveCounters) => options.onCounters(spec.name, counters),
        signal: context.signal,
      };
      return spec.from === 'host'
        ? startLoadProcess({ ...common, targets })
        : startInside(spec, common, options);
    }),
  );
  const loads = starting.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = starting.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(loads.map((load) => load.kill()));
    throw failed.reason;
  }
  return { loads, records, findings };
}

function nodePortOf({ nodePort }: AppAddresses): number {
  if (nodePort === null) throw new Error('the Service of the trial has no NodePort');
  return nodePort;
}

export function ledgerName({ name }: Pick<LoadSpec, 'name'>): string {
  return `requests-${name}.csv`;
}

function whereInside(spec: LoadSpec, { inside }: StartLoadsOptions): TrialRecord['loads'][number]['inside'] {
  if (inside === null) throw new Error(`load ${spec.name} has no Pod to run in`);
  const { name: pod, node, ip: address } = inside.podOf(spec);
  return { pod, node, address, via: spec.via, clockUncertaintyNs: null };
}

async function startInside(
  spec: LoadSpec,
  common: Omit<Parameters<typeof startRemoteLoad>[0], 'program' | 'targets'>,
  options: StartLoadsOptions,
): Promise<RemoteLoad> {
  const { inside, context } = options;
  if (inside === null) throw new Error(`load ${spec.name} has no Pod to run in`);
  const { node } = inside.podOf(spec);
  const targets = await insideTargets(spec, options);
  return startRemoteLoad({
    ...common,
    targets,
    program: await inside.start(spec),
    onSample: ({ sentNs, receivedNs, remoteNs, shared }) => {
      context.record({
        type: 'clock-sample',
        atNs: (sentNs + receivedNs) / 2,
        uncertaintyNs: (receivedNs - sentNs) / 2,
        source: 'harness',
        node,
        program: `load ${spec.name}`,
        remoteNs,
        shared,
      });
    },
  });
}

/** Where a load goes to from a Pod. */
async function insideTargets(spec: LoadSpec, options: StartLoadsOptions): Promise<LoadTarget[]> {
  const { addresses } = options;
  switch (spec.via) {
    case 'clusterIP':
      if (addresses.clusterIP === null) throw new Error('the Service has no ClusterIP');
      return [{ host: addresses.clusterIP, port: addresses.servicePort }];
    case 'headless':
      return [{ host: `${addresses.headlessName}.${addresses.namespace}.svc`, port: addresses.appPort }];
    case 'nodePort':
      return (await nodeAddresses(options)).map((host) => ({ host, port: nodePortOf(addresses) }));
  }
}

/** The nodes' addresses inside the cluster, which need not be those that this host knows them by. */
async function nodeAddresses({ cluster, kubeConfig, pods, context }: StartLoadsOptions): Promise<string[]> {
  if (cluster.capabilities?.nodes === false) {
    const ofPods = [...pods].map((pod) => (pod['status'] as { hostIP?: string } | undefined)?.hostIP);
    return [...new Set(ofPods.filter((address) => address !== undefined))];
  }
  const { items } = await apiClient(kubeConfig, CoreV1Api, context.signal).listNode();
  const known = new Set(cluster.nodes.map(({ name }) => name));
  return items
    .filter(({ metadata }) => known.has(metadata?.name ?? ''))
    .flatMap(({ status }) => status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? []);
}
