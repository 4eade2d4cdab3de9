import { AppsV1Api, CoreV1Api, type KubeConfig, type V1OwnerReference } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import type { OwnedObject } from './apply-workload.ts';
import type { KubeObject, StatefulSet } from './kube-object.ts';
import { trialSelector, type TrialContext } from './ownership.ts';

/** Something that a controller made because of an object of ours. */
export interface FamilyMember extends OwnedObject {
  readonly deletionGracePeriodSeconds: number | null;
  readonly deleting: boolean;
  /** Its controller has yet to act on its last change, and may make something more. */
  readonly pending: boolean;
}

export interface FamilyOptions {
  readonly owned: readonly OwnedObject[];
  readonly trial: Pick<TrialContext, 'runId' | 'trialId' | 'namespace'>;
  /** Before the ordinal in the names of volume claims, see {@link claimPrefixes}. */
  readonly claims: readonly string[];
  /** The UID of the object that owned this one when it was first seen; for those whose owner is gone since. */
  readonly firstOwner: (uid: string) => string | undefined;
}

/**
 * Lists what controllers made of a trial's objects: ReplicaSets, revisions, Pods and volume claims. Labels are only
 * where it looks: a member is what an object of ours owns, or owned when it was last seen. Whatever else carries the
 * same labels is somebody's copy, and none of it.
 */
export function workloadFamily(
  kubeConfig: KubeConfig,
  { owned, trial, claims, firstOwner }: FamilyOptions,
): (signal: AbortSignal) => Promise<FamilyMember[]> {
  const uids = new Set(owned.map(({ uid }) => uid));
  const kinds = new Set(owned.map(({ kind }) => kind));
  const { namespace } = trial;
  const labelled = { namespace, labelSelector: trialSelector(trial) };
  const members = (apiVersion: string, kind: string, items: readonly KubeObject[]): FamilyMember[] =>
    items
      .filter(({ metadata }) => isMember(metadata, uids, firstOwner))
      .map((item) => {
        const { metadata } = item;
        const { name = '', uid = '', deletionGracePeriodSeconds, deletionTimestamp } = metadata ?? {};
        uids.add(uid);
        return {
          apiVersion,
          kind,
          namespace,
          name,
          uid,
          deletionGracePeriodSeconds: deletionGracePeriodSeconds ?? null,
          deleting: deletionTimestamp !== undefined,
          pending: kind === 'ReplicaSet' && isPending(item),
        };
      });
  return async (signal) => {
    const apps = apiClient(kubeConfig, AppsV1Api, signal);
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    // Owners before what they own: each list knows the UIDs of those before it.
    const sets =
      kinds.has('Deployment') || kinds.has('ReplicaSet')
        ? members('apps/v1', 'ReplicaSet', (await apps.listNamespacedReplicaSet(labelled)).items)
        : [];
    const revisions =
      kinds.has('StatefulSet') || kinds.has('DaemonSet')
        ? members(
            'apps/v1',
            'ControllerRevision',
            (await apps.listNamespacedControllerRevision(labelled)).items,
          )
        : [];
    const pods = members('v1', 'Pod', (await core.listNamespacedPod(labelled)).items);
    if (claims.length === 0) return [...sets, ...revisions, ...pods];
    const bound = (await core.listNamespacedPersistentVolumeClaim(labelled)).items.filter(({ metadata }) =>
      claims.some((prefix) => isClaimOf(prefix, metadata?.name ?? '')),
    );
    // Nobody owns them, by design; but no other StatefulSet of that name can have made them with these labels.
    for (const { metadata } of bound) uids.add(metadata?.uid ?? '');
    return [...sets, ...revisions, ...pods, ...members('v1', 'PersistentVolumeClaim', bound)];
  };
}

/** A controller writes down which version of an object it has acted on, once it has. */
export function isPending({ metadata, status }: KubeObject & { readonly status?: unknown }): boolean {
  const { observedGeneration = 0 } = (status ?? {}) as { readonly observedGeneration?: number };
  return observedGeneration < (metadata?.generation ?? 0);
}

/**
 * What stands before the ordinal in the names of the volume claims that the StatefulSets among these objects make:
 * `TEMPLATE-STATEFULSET-`.
 */
export function claimPrefixes(objects: readonly KubeObject[]): string[] {
  return objects
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap((object) =>
      ((object as StatefulSet).spec?.volumeClaimTemplates ?? []).map(
        ({ metadata }) => `${metadata?.name ?? ''}-${object.metadata?.name ?? ''}-`,
      ),
    );
}

/** Nothing but an ordinal follows: `data-db-10` is one of `db`, `data-db-backup-0` is not. */
export function isClaimOf(prefix: string, name: string): boolean {
  return name.startsWith(prefix) && /^(0|[1-9]\d*)$/.test(name.slice(prefix.length));
}

function isMember(
  metadata: KubeObject['metadata'],
  uids: ReadonlySet<string>,
  firstOwner: FamilyOptions['firstOwner'],
): boolean {
  const uid = metadata?.uid ?? '';
  const owners: readonly Pick<V1OwnerReference, 'uid'>[] = metadata?.ownerReferences ?? [];
  return uids.has(uid) || owners.some((owner) => uids.has(owner.uid)) || uids.has(firstOwner(uid) ?? '');
}
