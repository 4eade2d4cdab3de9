import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Cluster } from '../cluster.ts';
import { apiClient } from '../kube/api-client.ts';
import { loadKubeConfig } from '../kube/load-kube-config.ts';
import { canEnterNodes } from './can-enter-nodes.ts';
import type { EngineAccess } from './engine-command.ts';
import { runKind } from './kind-command.ts';
import { kindCluster } from './kind-cluster.ts';
import { listKindNodes } from './kind-nodes.ts';
import { kindPaths } from './kind-paths.ts';
import type { KindRecord } from './kind-record.ts';

/** A kind cluster of ours that runs. Throws `kind-not-running`. */
export async function openKind(kind: string, record: KindRecord): Promise<Cluster> {
  const nodes = await listKindNodes(record.engine, record.name);
  if (nodes.length === 0 || nodes.some(({ pid }) => pid === 0)) throw notRunning(record.name);
  const paths = kindPaths(record.name);
  return kindCluster({
    name: record.name,
    ours: true,
    kind,
    engine: record.engine,
    kubeconfigPath: paths.kubeconfig,
    proxyMode: record.proxyMode,
    nodes,
    published: record.published,
    auditLogPath: record.audited ? paths.auditLog : null,
    canEnter: await canEnterNodes(record.engine, nodes),
  });
}

/** A kind cluster that somebody else made; it is only used. */
export interface AdoptedKind {
  readonly cluster: Cluster;
  readonly kubernetesVersion: string;
  /** Removes the kubeconfig that was written for it; the cluster stays. */
  close(): Promise<void>;
}

/** Takes a kind cluster that drainbench did not make. Throws `kind-not-found` or `kind-not-reachable`. */
export async function adoptKind(
  kind: string,
  engine: EngineAccess & { readonly local: boolean },
  name: string,
  signal: AbortSignal,
): Promise<AdoptedKind> {
  const nodes = await listKindNodes(engine, name, signal);
  if (nodes.length === 0) throw await notFound(kind, engine, name, signal);
  if (nodes.some(({ pid }) => pid === 0)) throw notRunning(name);
  if (!engine.local) {
    throw new DrainbenchError({
      code: 'kind-not-reachable',
      message: `the NodePorts of "${name}" cannot be reached from here: its engine is on another machine`,
      fix: 'let drainbench make the cluster: it publishes the ports that it needs',
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'drainbench-kind-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(
    kubeconfigPath,
    await runKind(kind, engine, ['get', 'kubeconfig', '--name', name], signal),
    {
      mode: 0o600,
    },
  );
  const core = apiClient(loadKubeConfig(kubeconfigPath), CoreV1Api, signal);
  const settings = await core.readNamespacedConfigMap({ name: 'kube-proxy', namespace: 'kube-system' });
  const mode = /^mode: "?(\w*)"?$/m.exec(settings.data?.['config.conf'] ?? '')?.[1] ?? '';
  const [node] = (await core.listNode()).items;
  const cluster = kindCluster({
    name,
    ours: false,
    kind,
    engine,
    kubeconfigPath,
    proxyMode: mode === '' ? 'iptables' : mode,
    nodes,
    published: false,
    auditLogPath: null,
    canEnter: await canEnterNodes(engine, nodes),
  });
  return {
    cluster,
    kubernetesVersion: node?.status?.nodeInfo?.kubeletVersion ?? 'unknown',
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function notFound(
  kind: string,
  engine: EngineAccess,
  name: string,
  signal: AbortSignal,
): Promise<DrainbenchError> {
  const known = (await runKind(kind, engine, ['get', 'clusters', '--quiet'], signal)).split('\n');
  return new DrainbenchError({
    code: 'kind-not-found',
    message: `there is no kind cluster named "${name}"`,
    expected: `one of those that are there: ${known.filter((other) => other !== '').join(', ') || 'none is'}`,
    fix: `drainbench cluster up --driver kind --name ${name}`,
    exitCode: EXIT.usage,
  });
}

function notRunning(name: string): DrainbenchError {
  return new DrainbenchError({
    code: 'kind-not-running',
    message: `the nodes of the kind cluster "${name}" do not all run`,
    fix: `drainbench cluster down --name ${name}, then bring it up again`,
    command: `docker ps --all --filter label=io.x-k8s.kind.cluster=${name}`,
  });
}
