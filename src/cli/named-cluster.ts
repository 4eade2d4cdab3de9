import { readBox, requireBox } from '../cluster/embedded/box-store.ts';
import type { BoxRecord } from '../cluster/embedded/box-record.ts';
import { boxPaths } from '../cluster/embedded/box-paths.ts';
import { embeddedCluster } from '../cluster/embedded/embedded-cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findKind } from '../cluster/kind/find-kind.ts';
import { kindPaths } from '../cluster/kind/kind-paths.ts';
import type { KindRecord } from '../cluster/kind/kind-record.ts';
import { readKind } from '../cluster/kind/kind-store.ts';
import { openKind } from '../cluster/kind/open-kind.ts';
import type { ProcessIdentity } from '../model/process-identity.ts';
import { interruption } from './interruption.ts';
import { toolProgressLine } from './tool-progress-line.ts';
import { printError } from './print.ts';

/** A cluster that drainbench made on this machine, by the name it was given. */
export type NamedCluster =
  | {
      readonly driver: 'embedded';
      readonly kubeconfig: string;
      readonly box: BoxRecord & { readonly init: ProcessIdentity };
    }
  | { readonly driver: 'kind'; readonly kubeconfig: string; readonly record: KindRecord };

/** Finds a cluster of ours that runs, for commands that use it. Throws `box-not-found`. */
export async function requireNamedCluster(name: string): Promise<NamedCluster> {
  const record = (await readBox(name)) === null ? await readKind(name) : null;
  if (record !== null) return { driver: 'kind', kubeconfig: kindPaths(name).kubeconfig, record };
  return { driver: 'embedded', kubeconfig: boxPaths(name).kubeconfig, box: await requireBox(name) };
}

/** The same, opened. */
export async function openNamedCluster(found: NamedCluster): Promise<Cluster> {
  if (found.driver === 'embedded') return embeddedCluster(found.box);
  const kind = await findKind({
    signal: interruption.signal,
    onToolProgress: toolProgressLine({ showCached: false }),
    onNotice: (line) => printError(`${line}\n`),
  });
  return openKind(kind, found.record);
}
