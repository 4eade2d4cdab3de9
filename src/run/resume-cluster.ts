import { requireSameCluster } from '../cluster/existing/cluster-identity.ts';
import { loadKubeConfig } from '../cluster/kube/load-kube-config.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { OpenCluster } from './open/cluster-opening.ts';

/**
 * The running cluster that a run goes on with, by name; `null`: it had one of its own, which went with it.
 *
 * @param named what the command line says, which may only say the same.
 * @throws DrainbenchError `run-not-resumable` (exit code 64).
 */
export function clusterToResumeOn(
  { cluster, useCluster, scenario }: Pick<RunManifest, 'cluster' | 'useCluster' | 'scenario'>,
  named: string | null,
): string | null {
  const known: string | null = useCluster ?? scenario.spec.cluster.name ?? null;
  if (named === null || named === known || (known === null && cluster === null)) return known ?? named;
  const was = known === null ? 'a cluster of its own' : `cluster ${known}`;
  throw refused(
    `the run was begun on ${was}, and goes on there only`,
    `--cluster ${named}`,
    'drop --cluster, or start a new run',
  );
}

/**
 * Makes sure that a run which is resumed is on the cluster that it began on; or, where that was one of its own and went
 * with it, on one of the same make.
 *
 * @throws DrainbenchError `cluster-changed`, or `run-not-resumable` (exit code 64).
 */
export async function requireSameClusterOnResume(
  before: NonNullable<RunManifest['cluster']>,
  { cluster, kubernetesVersion, ownedByRun }: OpenCluster,
  signal: AbortSignal,
): Promise<void> {
  const make = ({ driver, version, proxyMode, nodes }: Make) =>
    `${driver}, Kubernetes ${version}, kube-proxy ${proxyMode}, ${countOf(nodes.length, 'node')}`;
  const [was, is] = [
    make({ ...before, version: before.kubernetesVersion }),
    make({ ...cluster, version: kubernetesVersion }),
  ];
  if (was !== is) {
    const fix = 'start a new run: trials of different clusters cannot be compared';
    throw refused(`the run was begun on another cluster (${was})`, is, fix);
  }
  if (ownedByRun || before.identity === undefined) return;
  await requireSameCluster(loadKubeConfig(cluster.kubeconfigPath), before.identity, signal);
}

interface Make {
  readonly driver: string;
  readonly version: string;
  readonly proxyMode: string;
  readonly nodes: readonly unknown[];
}

function refused(message: string, found: string, fix: string): DrainbenchError {
  return new DrainbenchError({ code: 'run-not-resumable', message, found, fix, exitCode: EXIT.usage });
}
