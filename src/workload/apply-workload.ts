import { KubernetesObjectApi, type KubeConfig } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { KubeObject, Service } from './kube-object.ts';
import { LABELS } from './ownership.ts';

/** An object that we created, as it must be found again before anyone may delete it. */
export interface OwnedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly uid: string;
}

export interface ApplyOptions {
  readonly signal: AbortSignal;
  /** Name of the Service whose addresses are wanted. */
  readonly service?: string;
  /** Called before each object is asked for: the place to write the intent down. */
  readonly onIntent?: (object: KubeObject) => Promise<void> | void;
  /** Called with each object that now exists, also when a later one fails. */
  readonly onCreated?: (owned: OwnedObject) => Promise<void> | void;
}

export interface AppliedWorkload {
  readonly owned: readonly OwnedObject[];
  /** Port on every node that leads to the Service that `service` names; `null` where there is none. */
  readonly nodePort: number | null;
  /** Its address inside the cluster. */
  readonly clusterIP: string | null;
}

/**
 * Creates objects one after the other. Nothing is replaced: an object that exists already is an error; unless an
 * earlier try had no answer and what is there carries our labels: then that try did create it. While the API server is
 * away or asks for patience, it is asked again for 30 s.
 *
 * @throws DrainbenchError with the API server's own message: `object-exists`, `object-invalid` (exit code 64: the
 *   scenario asked for it), `object-forbidden`, `namespace-going`, `apply-failed`.
 */
export async function applyWorkload(
  kubeConfig: KubeConfig,
  objects: readonly KubeObject[],
  { signal, service: wanted, onIntent, onCreated }: ApplyOptions,
): Promise<AppliedWorkload> {
  const api = apiClient(kubeConfig, KubernetesObjectApi, signal);
  const owned: OwnedObject[] = [];
  let nodePort: number | null = null;
  let clusterIP: string | null = null;
  for (const object of objects) {
    signal.throwIfAborted();
    await onIntent?.(object);
    const create = (tries: number) =>
      api.create(object).catch(async (error: unknown) => {
        if (tries === 0 || apiFailure(error).reason !== 'AlreadyExists') throw error;
        const own = await ownNamesake(api, object);
        if (own === null) throw error;
        return own;
      });
    const created: KubeObject = await retryRequest(create, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw refused(object, error);
    });
    const entry = ownedObject(created);
    owned.push(entry);
    await onCreated?.(entry);
    if (entry.kind !== 'Service' || entry.name !== wanted) continue;
    const { spec } = created as Service;
    nodePort = spec?.ports?.[0]?.nodePort ?? null;
    clusterIP = spec?.clusterIP ?? null;
  }
  return { owned, nodePort, clusterIP };
}

/** What has this object's name, if it is this very trial's too. */
async function ownNamesake(api: KubernetesObjectApi, object: KubeObject): Promise<KubeObject | null> {
  const { apiVersion = '', kind = '', metadata } = object;
  const { name = '', namespace } = metadata ?? {};
  const found: KubeObject = await api.read({
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
  });
  const label = (key: string) => found.metadata?.labels?.[key];
  const ours = [LABELS.run, LABELS.trial].every((key) => label(key) === metadata?.labels?.[key]);
  return ours && label(LABELS.run) !== undefined ? found : null;
}

function ownedObject({ apiVersion, kind, metadata }: KubeObject): OwnedObject {
  if (!apiVersion || !kind || !metadata?.name || !metadata.uid) {
    throw new Error(
      `the API server answered a create without kind, name or uid: ${JSON.stringify({ kind, metadata })}`,
    );
  }
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name, uid: metadata.uid };
}

function refused(object: KubeObject, error: unknown): DrainbenchError {
  const failure = apiFailure(error);
  const title = `${object.kind ?? ''} ${object.metadata?.name ?? ''}`;
  const namespace = object.metadata?.namespace;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const known: Record<string, { code: string; fix: string; usage?: true }> = {
    AlreadyExists: { code: 'object-exists', fix: 'kubectl delete it, or use another cluster' },
    Invalid: {
      code: 'object-invalid',
      fix: "change the scenario's app or strategy accordingly",
      usage: true,
    },
    Terminating: {
      code: 'namespace-going',
      fix: 'find out who is removing the namespace; then drainbench run --resume RUN_DIR',
    },
    Forbidden: {
      code: 'object-forbidden',
      fix: 'give the user of this kubeconfig the right that the message names',
    },
  };
  // Answered as `Forbidden`, too, although no right is missing.
  const isGoing =
    failure.reason === 'Forbidden' && failure.message.includes('because it is being terminated');
  const { code, fix, usage } = known[isGoing ? 'Terminating' : (failure.reason ?? '')] ?? {
    code: 'apply-failed',
    fix: 'kubectl get --raw /readyz',
  };
  return new DrainbenchError({
    code,
    message: `the API server refused to create ${title}${where}: ${failure.message}`,
    expected: '201 Created',
    found: failure.httpStatus === null ? 'no answer' : `${failure.httpStatus} ${failure.reason ?? ''}`.trim(),
    fix,
    exitCode: usage ? EXIT.usage : EXIT.unavailable,
    cause: error,
  });
}
