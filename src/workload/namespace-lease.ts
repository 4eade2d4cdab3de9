import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoordinationV1Api, V1MicroTime, type KubeConfig, type V1Lease } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure, type ApiFailure } from '../cluster/kube/api-failure.ts';
import type { Plain } from '../cluster/kube/plain.ts';
import type { WriteGuard } from '../cluster/kube/write-guard.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { heldLease, LEASE_NAME, takenMeanwhile, type LeaseOwner } from './lease-holder.ts';
import type { DeleteOptions } from './kube-object.ts';
import { expiryFromNow, LABELS, ownAnnotations, OWNER_ANNOTATION } from './ownership.ts';

/** One run at a time in a namespace: whoever holds this Lease may write there. */
export interface NamespaceLease {
  readonly uid: string;
  /** Ask before each write. `ready` rejects with `lease-lost` or `lease-not-renewed`. */
  readonly guard: WriteGuard;
  /** Aborted, with the error, as soon as the Lease is known to be another's. */
  readonly lost: AbortSignal;
  /** Stops renewing; deletes the Lease if it still is this run's. Resolves to whether none of this run's is left. */
  release(): Promise<boolean>;
  /** Stops renewing, and leaves the Lease to expire: for when its cluster cannot be told any more. */
  abandon(): void;
}

export interface LeaseOptions {
  readonly namespace: string;
  readonly runId: string;
  readonly owner: LeaseOwner;
  readonly signal: AbortSignal;
  readonly onStep: (message: string) => void;
}

/** As long as Kubernetes' own leaders have by default. */
const DURATION_S = 15;
const RENEW_EVERY_MS = 3_000;
/** After this long without a renewal nothing is written before one has succeeded: well before anyone may take over. */
const SURE_FOR_MS = 10_000;
/** So long before anyone may take over no write is under way any more. */
const MARGIN_MS = 2_000;
const REQUEST_TIMEOUT_MS = 4_000;
const OBSERVE_EVERY_MS = 1_000;

/**
 * Takes the Lease of a namespace and keeps it. One that has expired is taken over only after it was seen not to change
 * for its whole duration on this machine's own clock, so that no difference between two clocks makes two holders.
 *
 * @param kubeConfig one whose writes are not guarded: the guard itself needs it.
 * @throws DrainbenchError `namespace-held` that names the holder.
 */
export async function acquireNamespaceLease(
  kubeConfig: KubeConfig,
  options: LeaseOptions,
): Promise<NamespaceLease> {
  const api = (signal: AbortSignal) => apiClient(kubeConfig, CoordinationV1Api, signal, REQUEST_TIMEOUT_MS);
  const taken = await take(api(options.signal), options);
  return keep(api(new AbortController().signal), taken, options);
}

interface Held {
  readonly uid: string;
  readonly resourceVersion: string;
  /** When the request was sent that made it ours again; on both clocks, because a suspended machine stops one. */
  readonly since: Instant;
}

interface Instant {
  readonly monoMs: number;
  readonly wallMs: number;
}

async function take(api: CoordinationV1Api, options: LeaseOptions): Promise<Held> {
  const { namespace, signal } = options;
  for (;;) {
    const since = now();
    const found = await api.readNamespacedLease({ name: LEASE_NAME, namespace }).catch(apiFailure);
    signal.throwIfAborted();
    let answer: V1Lease | ApiFailure;
    if ('httpStatus' in found) {
      if (found.httpStatus !== 404) throw notTaken(namespace, found);
      answer = await api.createNamespacedLease({ namespace, body: lease(options, null) }).catch(apiFailure);
    } else {
      await untilFree(api, found, options);
      const body = lease(options, found);
      answer = await api.replaceNamespacedLease({ name: LEASE_NAME, namespace, body }).catch(apiFailure);
    }
    signal.throwIfAborted();
    if (!('httpStatus' in answer)) return held(answer, since);
    // Somebody was faster: look again who it is.
    if (answer.httpStatus !== 409 && answer.httpStatus !== 404) throw notTaken(namespace, answer);
  }
}

/** Returns when the Lease may be taken over; throws when it is held. */
async function untilFree(api: CoordinationV1Api, first: V1Lease, options: LeaseOptions): Promise<void> {
  const { namespace, owner, signal, onStep } = options;
  const holder = heldLease(first);
  if (holder === null || owner.knowsDead(holder.owner)) return;
  if (holder.expiresAt.getTime() > Date.now()) throw holder.error(namespace);
  onStep(
    `namespace ${namespace}: the Lease of ${holder.identity} has expired; watching for ${holder.durationSeconds} s that it really is not renewed`,
  );
  const deadline = performance.now() + holder.durationSeconds * 1000;
  while (performance.now() < deadline) {
    await sleep(OBSERVE_EVERY_MS, undefined, { signal });
    const again = await api.readNamespacedLease({ name: LEASE_NAME, namespace }).catch(apiFailure);
    if ('httpStatus' in again) {
      if (again.httpStatus === 404) return;
      throw notTaken(namespace, again);
    }
    if (again.metadata?.resourceVersion !== first.metadata?.resourceVersion) {
      throw (heldLease(again) ?? holder).error(namespace);
    }
  }
}

function keep(api: CoordinationV1Api, taken: Held, options: LeaseOptions): NamespaceLease {
  const { namespace } = options;
  const losing = new AbortController();
  let current = taken;
  let renewing: Promise<ApiFailure | null> | null = null;
  const lose = (found: V1Lease | ApiFailure): null => {
    losing.abort(takenMeanwhile(namespace, options.runId, 'httpStatus' in found ? null : found));
    clearInterval(timer);
    return null;
  };
  const renewOnce = async (): Promise<ApiFailure | null> => {
    const since = now();
    const found = await api.readNamespacedLease({ name: LEASE_NAME, namespace }).catch(apiFailure);
    if ('httpStatus' in found && found.httpStatus !== 404) return found;
    // Looked at first: a server that is another cluster's now gets no write at all.
    if ('httpStatus' in found || !isOurs(found, current, options)) return lose(found);
    const body = lease(options, found);
    const answer = await api.replaceNamespacedLease({ name: LEASE_NAME, namespace, body }).catch(apiFailure);
    if (!('httpStatus' in answer)) {
      current = held(answer, since);
      return null;
    }
    // Somebody wrote in between; who that was the next look tells.
    return answer;
  };
  const renew = () => (renewing ??= renewOnce().finally(() => (renewing = null)));
  const timer = setInterval(() => void renew(), RENEW_EVERY_MS);
  timer.unref();
  return {
    uid: taken.uid,
    lost: losing.signal,
    guard: {
      ready: async () => {
        losing.signal.throwIfAborted();
        if (ageMs(current.since) < SURE_FOR_MS) return;
        const failure = await renew();
        losing.signal.throwIfAborted();
        if (failure !== null) throw notRenewed(namespace, failure);
      },
      allowanceMs: () => {
        const age = ageMs(current.since);
        return losing.signal.aborted || age >= SURE_FOR_MS ? 0 : DURATION_S * 1000 - MARGIN_MS - age;
      },
    },
    abandon: () => clearInterval(timer),
    release: async () => {
      clearInterval(timer);
      await renewing;
      if (losing.signal.aborted) return true;
      const { uid, resourceVersion } = current;
      const body: DeleteOptions = { preconditions: { uid, resourceVersion } };
      const answer = await api.deleteNamespacedLease({ name: LEASE_NAME, namespace, body }).catch(apiFailure);
      // Gone, or another's by now; one that cannot be deleted expires.
      return !('httpStatus' in answer) || answer.httpStatus === 404 || answer.httpStatus === 409;
    },
  };
}

function lease(options: LeaseOptions, replaced: Pick<Plain<V1Lease>, 'metadata'> | null): Plain<V1Lease> {
  const { namespace, runId, owner } = options;
  const renewTime = new V1MicroTime(Date.now());
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: LEASE_NAME,
      namespace,
      labels: { [LABELS.run]: runId, [LABELS.managedBy]: 'drainbench' },
      annotations: {
        // Anew with each renewal: as long as the run goes on, it does not expire.
        ...ownAnnotations({ kind: 'Lease', namespace, name: LEASE_NAME }, expiryFromNow()),
        [OWNER_ANNOTATION]: JSON.stringify(owner.identity),
      },
      ...(replaced !== null && {
        uid: replaced.metadata?.uid ?? '',
        // The precondition: whoever wrote in between keeps it.
        resourceVersion: replaced.metadata?.resourceVersion ?? '',
      }),
    },
    spec: {
      holderIdentity: identityOf(runId, owner),
      leaseDurationSeconds: DURATION_S,
      acquireTime: renewTime,
      renewTime,
    },
  };
}

function isOurs({ metadata, spec }: V1Lease, { uid }: Held, { runId, owner }: LeaseOptions): boolean {
  return metadata?.uid === uid && spec?.holderIdentity === identityOf(runId, owner);
}

function identityOf(runId: string, { identity }: LeaseOwner): string {
  return `run ${runId} of process ${identity.pid} on ${hostname()}`;
}

function held({ metadata }: V1Lease, since: Instant): Held {
  return { uid: metadata?.uid ?? '', resourceVersion: metadata?.resourceVersion ?? '', since };
}

function now(): Instant {
  return { monoMs: performance.now(), wallMs: Date.now() };
}

function ageMs(since: Instant): number {
  return Math.max(performance.now() - since.monoMs, Date.now() - since.wallMs);
}

function notTaken(namespace: string, { httpStatus, message }: ApiFailure): DrainbenchError {
  return new DrainbenchError({
    code: 'lease-not-taken',
    message: `the Lease that keeps two runs out of namespace ${namespace} cannot be taken: ${message}`,
    found: `${httpStatus ?? 'no answer'}`,
    command: `kubectl -n ${namespace} get lease ${LEASE_NAME} -o yaml`,
  });
}

/** An API server that is away will be back: who is patient with it asks again, and nothing is sent until then. */
function notRenewed(namespace: string, { httpStatus, message }: ApiFailure): Error {
  const passing = httpStatus === null || httpStatus === 429 || httpStatus >= 500;
  const what = `the Lease of namespace ${namespace} could not be renewed for ${SURE_FOR_MS / 1000} s, so nothing more was written: ${message}`;
  if (passing) return new DOMException(what, 'TimeoutError');
  return new DrainbenchError({
    code: 'lease-not-renewed',
    message: what,
    command: `kubectl -n ${namespace} get lease ${LEASE_NAME} -o yaml`,
  });
}
