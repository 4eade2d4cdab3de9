import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Cluster } from '../cluster.ts';
import { apiClient } from '../kube/api-client.ts';
import { loadKubeConfig } from '../kube/load-kube-config.ts';
import { readProxyMode } from '../kube/read-proxy-mode.ts';
import type { Engine } from './engine.ts';
import type { EngineAccess } from './engine-command.ts';
import { findNodesHere } from './find-nodes-here.ts';
import { kindCluster } from './kind-cluster.ts';
import { kubeletsLogVerbosely } from './kubelets-log-verbosely.ts';
import { runKind } from './kind-command.ts';
import { listKindNodes } from './kind-nodes.ts';
import { requireRunning } from './require-running.ts';

/** A kind cluster that somebody else made; it is only used. */
export interface AdoptedKind {
  readonly cluster: Cluster;
  readonly kubernetesVersion: string;
  /** Removes the kubeconfig that was written for it; the cluster stays. */
  close(): Promise<void>;
}

/** Takes a kind cluster that drainbench did not make. Throws `kind-not-found` or `kind-not-running`. */
export async function adoptKind(
  kind: string,
  { access: engine, rootless }: Engine,
  name: string,
  signal: AbortSignal,
): Promise<AdoptedKind> {
  const nodes = await listKindNodes(engine, name, signal);
  if (nodes.length === 0) throw await notFound(kind, engine, name, signal);
  requireRunning(name, engine, nodes);
  const folder = await mkdtemp(join(tmpdir(), 'drainbench-kind-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const kubeconfigPath = join(folder, 'kubeconfig');
    const kubeconfig = await runKind(kind, engine, ['get', 'kubeconfig', '--name', name], signal);
    await writeFile(kubeconfigPath, kubeconfig, { mode: 0o600 });
    const kubeConfig = loadKubeConfig(kubeconfigPath);
    const { sameKernel, canEnter } = await findNodesHere(engine, nodes);
    const [node] = (await apiClient(kubeConfig, CoreV1Api, signal).listNode()).items;
    const cluster = kindCluster({
      name,
      ours: false,
      kind,
      engine,
      kubeconfigPath,
      proxyMode: await readProxyMode(kubeConfig, signal),
      nodes,
      nodePorts: sameKernel && !rootless ? 'direct' : 'unreachable',
      auditLogPath: null,
      canEnter,
      kubeletsLogVerbosely: canEnter && (await kubeletsLogVerbosely(nodes)),
    });
    return { cluster, kubernetesVersion: node?.status?.nodeInfo?.kubeletVersion ?? 'unknown', close };
  } catch (error) {
    // It is an administrator's.
    await close();
    throw error;
  }
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
