import type { KubeConfig } from '@kubernetes/client-node';

import { requireSameCluster } from '../../cluster/existing/cluster-identity.ts';
import { readJournal } from '../../history/journal-reader.ts';
import { openJournal } from '../../history/journal-writer.ts';
import { leaseOwner } from '../../workload/lease-holder.ts';
import { journalLeftovers, type JournalledObject } from '../journal-leftovers.ts';
import { findLeftovers, type Leftover } from './find-leftovers.ts';
import { findRunDirectory } from './find-run-directory.ts';
import { judgeRemovable } from './judge-removable.ts';
import type { CleanRequest, JudgedLeftovers } from './judge-leftovers.ts';
import { readJournalled } from './read-journalled.ts';
import { removeLeftovers, type Removal } from './remove-leftovers.ts';

export interface CleanOptions {
  readonly what: 'expired' | 'dead' | { readonly runId: string; readonly reportsRoot: string };
  /** Only there; `null`: everywhere. */
  readonly namespace: string | null;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface Cleaned extends JudgedLeftovers {
  /** Empty on a dry run. */
  readonly removals: readonly Removal[];
  /** What could not be looked at. */
  readonly unseen: readonly string[];
  /** Of the run that was named, where its directory was found. */
  readonly journal: string | null;
}

/**
 * Finds what dead runs left on a cluster, and removes what is provably theirs.
 *
 * @throws DrainbenchError `run-alive`; `cluster-changed` where the run was on another cluster.
 */
export async function cleanCluster(kubeConfig: KubeConfig, options: CleanOptions): Promise<Cleaned> {
  const { what, namespace, dryRun, signal } = options;
  const owner = leaseOwner();
  const named = typeof what === 'object' ? what : null;
  const path = named === null ? null : await findRunDirectory(named.reportsRoot, named.runId);
  const entries = path === null ? null : (await readJournal(path)).entries;
  const began = entries?.find((entry) => entry.type === 'cluster-identified');
  if (began !== undefined) await requireSameCluster(kubeConfig, began.identity, signal);

  const { found: listed, unseen } = await findLeftovers(kubeConfig, namespace, signal);
  let request: CleanRequest = what === 'expired' ? { kind: 'expired' } : { kind: 'dead', owner };
  let found: readonly Leftover[] = listed;
  let gone: readonly JournalledObject[] = [];
  if (named !== null) {
    const runId = named.runId.toLowerCase();
    const journal = entries === null ? null : journalLeftovers(entries);
    request = { kind: 'run', runId, journal };
    const read = await readJournalled(kubeConfig, journal ?? [], runId, signal);
    found = [...listed, ...read.found.filter(({ uid }) => !listed.some((other) => other.uid === uid))];
    ({ gone } = read);
  }
  const judged = await judgeRemovable(kubeConfig, found, request, owner, signal);
  const removals = dryRun ? [] : await removeLeftovers(kubeConfig, judged.remove, signal);
  if (path !== null && !dryRun) await noteRemoved(path, removals, gone);
  return { ...judged, removals, unseen, journal: path };
}

/** What was gone already is written down, too: a run that goes on must not call it left behind. */
async function noteRemoved(
  runPath: string,
  removals: readonly Removal[],
  gone: readonly JournalledObject[],
): Promise<void> {
  if (removals.length + gone.length === 0) return;
  const journal = await openJournal(runPath);
  for (const { apiVersion, kind, namespace, name } of gone)
    await journal.write({ type: 'removed', apiVersion, kind, namespace, name });
  for (const { object, why } of removals) {
    const { apiVersion, kind, namespace, name, uid } = object;
    if (why === null) await journal.write({ type: 'removed', apiVersion, kind, namespace, name, uid });
  }
  await journal.close();
}
