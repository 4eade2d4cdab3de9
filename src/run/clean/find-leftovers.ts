import type { KubeConfig } from '@kubernetes/client-node';

import { getKubeJson, KubeStatusError } from '../../cluster/kube/kube-stream.ts';
import type { OwnedObject } from '../../workload/apply-workload.ts';
import { EXPIRES_ANNOTATION, LABELS } from '../../workload/ownership.ts';

/** An object on a cluster that says it is a run's. Whether it is has still to be found out. */
export interface Leftover extends OwnedObject {
  /** Of its run label. */
  readonly runId: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** `null` where it does not say, or nothing that is a time. */
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  readonly ownerUids: readonly string[];
  /** Of a Lease. */
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface FoundLeftovers {
  readonly found: readonly Leftover[];
  /** Kinds that may not be listed, with the reason. */
  readonly unseen: readonly string[];
}

/** Their labels are copies of their Service's, and they go with it. */
const MIRRORS = new Set(['Endpoints', 'EndpointSlice', 'Event']);

/**
 * Lists everything with a run's labels, of every kind that the API server knows and that could be deleted: in one
 * namespace, or in all and the namespaces themselves. Only reads.
 */
export async function findLeftovers(
  kubeConfig: KubeConfig,
  namespace: string | null,
  signal: AbortSignal,
): Promise<FoundLeftovers> {
  const selector = encodeURIComponent(`${LABELS.managedBy}=drainbench,${LABELS.run}`);
  const unseen: string[] = [];
  const kinds = await listableKinds(kubeConfig, unseen, signal);
  const lists = await Promise.all(
    kinds
      .filter(({ kind, namespaced }) => namespaced || (kind === 'Namespace' && namespace === null))
      .map(async ({ apiVersion, kind, path, resource, namespaced }) => {
        const within = namespaced && namespace !== null ? `/namespaces/${namespace}` : '';
        const url = `${path}${within}/${resource}?labelSelector=${selector}`;
        const list = await getKubeJson(kubeConfig, url, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          unseen.push(`${resource}: ${reasonOf(error)}`);
          return { items: [] };
        });
        return (list as { items: RawObject[] }).items.map((item) => leftover(apiVersion, kind, item));
      }),
  );
  return { found: lists.flat(), unseen };
}

interface RawObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** An object as it was read, in the same terms. */
export function leftover(apiVersion: string, kind: string, { metadata, spec = {} }: RawObject): Leftover {
  const { name, namespace, uid, creationTimestamp, labels, annotations = {}, ownerReferences } = metadata;
  const expires = Date.parse(annotations[EXPIRES_ANNOTATION] ?? '');
  return {
    apiVersion,
    kind,
    namespace: namespace ?? null,
    name,
    uid,
    runId: labels?.[LABELS.run] ?? '',
    annotations,
    expiresAt: Number.isNaN(expires) ? null : new Date(expires),
    createdAt: new Date(creationTimestamp),
    ownerUids: (ownerReferences ?? []).map((owner) => owner.uid),
    spec,
  };
}

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
  /** `/api/v1`, `/apis/apps/v1`. */
  readonly path: string;
}

async function listableKinds(kubeConfig: KubeConfig, unseen: string[], signal: AbortSignal): Promise<Kind[]> {
  const groups = (await getKubeJson(kubeConfig, '/apis', signal)) as {
    groups: { preferredVersion: { groupVersion: string } }[];
  };
  const versions = ['v1', ...groups.groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const lists = await Promise.all(
    versions.map(async (apiVersion) => {
      const path = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
      // An aggregated API whose server is away must not keep the rest from being cleaned.
      const list = await getKubeJson(kubeConfig, path, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        unseen.push(`${apiVersion}: ${reasonOf(error)}`);
        return { resources: [] };
      });
      return (list as { resources: ApiResource[] }).resources
        .filter(
          ({ name, verbs }) => !name.includes('/') && verbs.includes('list') && verbs.includes('delete'),
        )
        .filter(({ kind }) => !MIRRORS.has(kind))
        .map(({ name: resource, kind, namespaced }) => ({ apiVersion, kind, resource, namespaced, path }));
    }),
  );
  return lists.flat();
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

function reasonOf(error: unknown): string {
  if (error instanceof KubeStatusError) return error.status === 403 ? 'forbidden' : `HTTP ${error.status}`;
  return error instanceof Error ? error.message : String(error);
}
