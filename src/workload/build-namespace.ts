import type { Namespace } from './kube-object.ts';
import { CREATED_BY_ANNOTATION, LABELS, ownAnnotations, OWNER_ANNOTATION } from './ownership.ts';

/** The run's own namespace: nothing outside it is touched, and deleting it is the last resort of every clean-up. */
export function buildNamespace(
  name: string,
  runId: string,
  expiresAt: Date,
  owner: unknown,
  labels: Readonly<Record<string, string>> = {},
): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...labels, [LABELS.run]: runId, [LABELS.managedBy]: 'drainbench' },
      annotations: {
        ...ownAnnotations({ kind: 'Namespace', namespace: null, name }, expiresAt),
        [CREATED_BY_ANNOTATION]: `run ${runId}`,
        [OWNER_ANNOTATION]: JSON.stringify(owner),
      },
    },
  };
}
