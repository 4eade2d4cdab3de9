import { ROLE_LABEL } from '../model/role-label.ts';

/** Who an object belongs to. Nothing without these labels *and* the recorded UID is ever changed or deleted. */
export const LABELS = {
  run: 'drainbench.dev/run',
  trial: 'drainbench.dev/trial',
  /** On the Pods that get load and are disrupted; a manifest may bring others besides. */
  target: 'drainbench.dev/target',
  /** On Pods of drainbench's own, which are no part of the workload: `agent`, `load`, `churn`. */
  role: ROLE_LABEL,
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** When a run that died may be cleaned up by anyone; ISO 8601, UTC. */
export const EXPIRES_ANNOTATION = 'drainbench.dev/expires';

/** How long what a run makes is left alone after its making, or after the last renewal of the run's Lease. */
const LIFETIME_MS = 6 * 3_600_000;

/** When what is made now expires. */
export function expiryFromNow(): Date {
  return new Date(Date.now() + LIFETIME_MS);
}

/** On each object that a run makes: what it was made as. Where it says something else it was copied. */
export const MADE_AS_ANNOTATION = 'drainbench.dev/made-as';

/** On a namespace that a run made, and may remove: `run ID`. A label alone would be too easily copied. */
export const CREATED_BY_ANNOTATION = 'drainbench.dev/created-by';

/** The process that made it, as JSON: when that is gone on the same machine, so is the run. */
export const OWNER_ANNOTATION = 'drainbench.dev/owner';

/** The trial that objects are made for. */
export interface TrialContext {
  /** Label values: at most 63 letters, digits, dashes, dots and underscores. */
  readonly runId: string;
  readonly trialId: string;
  readonly namespace: string;
  readonly expiresAt: Date;
}

export function ownershipLabels({
  runId,
  trialId,
}: Pick<TrialContext, 'runId' | 'trialId'>): Record<string, string> {
  return { [LABELS.run]: runId, [LABELS.trial]: trialId, [LABELS.managedBy]: 'drainbench' };
}

/** Who an object is, and that it is the trial's until it expires: what each one that a trial makes begins with. */
export function ownMetadata(kind: string, name: string, trial: TrialContext): OwnMetadata {
  const { namespace, expiresAt } = trial;
  return {
    name,
    namespace,
    labels: ownershipLabels(trial),
    annotations: ownAnnotations({ kind, namespace, name }, expiresAt),
  };
}

export interface OwnMetadata {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

interface MadeObject {
  readonly kind: string;
  /** `null` for what has none. */
  readonly namespace: string | null;
  readonly name: string;
}

/** The annotations of an object that a run makes; not for what controllers make of it, which has other names. */
export function ownAnnotations(object: MadeObject, expiresAt: Date): Record<string, string> {
  return { [EXPIRES_ANNOTATION]: expiresAt.toISOString(), [MADE_AS_ANNOTATION]: madeAs(object) };
}

/** `Kind/namespace/name`, or `Kind/name`. */
export function madeAs({ kind, namespace, name }: MadeObject): string {
  return namespace === null ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** Label selector of the Pods that get the load. */
export function targetSelector({ runId, trialId }: Pick<TrialContext, 'runId' | 'trialId'>): string {
  return `${LABELS.run}=${runId},${LABELS.trial}=${trialId},${LABELS.target}=true`;
}

/** Label selector of everything that a trial made. */
export function trialSelector({ runId, trialId }: Pick<TrialContext, 'runId' | 'trialId'>): string {
  return `${LABELS.run}=${runId},${LABELS.trial}=${trialId}`;
}
