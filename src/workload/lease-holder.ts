import type { V1Lease } from '@kubernetes/client-node';

import type { Plain } from '../cluster/kube/plain.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { identifySelf, isAlive, isDead, type ProcessIdentity } from '../model/process-identity.ts';
import { LABELS, OWNER_ANNOTATION } from './ownership.ts';

export const LEASE_NAME = 'drainbench';

/** The process that holds something on a cluster. Its pid means something in its PID namespace only. */
export interface OwnerIdentity extends ProcessIdentity {
  readonly pidNamespace: string;
}

/** This process, and what it can tell about others. */
export interface LeaseOwner {
  readonly identity: OwnerIdentity;
  /** True only when it is certain: it ran where this process could see it, and is gone. */
  knowsDead(other: OwnerIdentity | null): boolean;
  /** The same for one that still runs. */
  knowsAlive(other: OwnerIdentity | null): boolean;
}

export function leaseOwner(): LeaseOwner {
  const identity = identifySelf();
  // A process of another boot may be of another machine, where it runs.
  const isHere = (other: OwnerIdentity | null): other is OwnerIdentity =>
    other?.bootId === identity.bootId && other.pidNamespace !== '';
  return {
    identity,
    knowsDead: (other) => isHere(other) && isDead(other),
    knowsAlive: (other) => isHere(other) && isAlive(other),
  };
}

/** What the owner annotation of an object says; `null` when there is none, or none of ours. */
export function parseOwner(annotations: Readonly<Record<string, string>> | undefined): OwnerIdentity | null {
  try {
    const value = JSON.parse(annotations?.[OWNER_ANNOTATION] ?? '') as Partial<OwnerIdentity> | null;
    if (typeof value?.pid !== 'number' || typeof value.startTicks !== 'string') return null;
    return { pidNamespace: '', bootId: '', ...value } as OwnerIdentity;
  } catch {
    return null;
  }
}

/** Ours last 15 s. */
const LONGEST_S = 60;

export interface LeaseHolder {
  readonly identity: string;
  readonly owner: OwnerIdentity | null;
  /** A minute at most: somebody waits for it. */
  readonly durationSeconds: number;
  readonly expiresAt: Date;
  error(namespace: string): DrainbenchError;
}

/** Who holds a Lease; `null` when nobody does. */
export function heldLease({ metadata, spec }: Plain<V1Lease>): LeaseHolder | null {
  const identity = spec?.holderIdentity ?? '';
  if (identity === '') return null;
  const durationSeconds = Math.min(spec?.leaseDurationSeconds ?? 15, LONGEST_S);
  const renewedMs = new Date(spec?.renewTime ?? 0).getTime();
  const expiresAt = new Date(renewedMs + durationSeconds * 1000);
  return {
    identity,
    owner: parseOwner(metadata?.annotations),
    durationSeconds,
    expiresAt,
    error: (namespace) =>
      new DrainbenchError({
        code: 'namespace-held',
        message: `namespace ${namespace} is in use by ${identity}: two runs in one namespace would disturb each other`,
        expected: 'a namespace whose Lease is free or has expired',
        found: `renewed at ${new Date(renewedMs).toISOString()}, free at ${expiresAt.toISOString()} unless it is renewed again`,
        fix: 'wait for that run to end, or use another namespace; after a crash the Lease expires by itself',
        command: `kubectl -n ${namespace} get lease ${metadata?.name ?? ''} -o yaml`,
      }),
  };
}

/** The end of a run whose Lease is another's now; `null` when there is no Lease any more. */
export function takenMeanwhile(namespace: string, runId: string, found: V1Lease | null): DrainbenchError {
  const holder = found === null ? null : heldLease(found);
  const other = found?.metadata?.labels?.[LABELS.run];
  return new DrainbenchError({
    code: 'lease-lost',
    message: `namespace ${namespace} is no longer this run's to write to: nothing more was written`,
    expected: `the Lease held by run ${runId}, renewed every 3 s`,
    found:
      holder === null
        ? 'no Lease: somebody deleted it, or the API server is of another cluster now'
        : `held by ${holder.identity}${other === runId ? ' (changed by hand?)' : ''}`,
    fix: 'go on with drainbench run --resume RUN_DIR once the namespace is free',
  });
}
