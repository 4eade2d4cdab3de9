import { apiFailure } from '../cluster/kube/api-failure.ts';
import type { DisruptionContext, ObjectName } from './disruption-context.ts';
import { disruptionRefused } from './disruption-refused.ts';
import { recordAction } from './record-action.ts';

/** An object that a disruption made. */
export interface Made extends ObjectName {
  readonly uid: string;
}

/** What is looked at of an object. */
interface Shown {
  readonly metadata?: {
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

export interface Creation {
  /** The kind of disruption, and what the object is to it, for the record. */
  readonly action: string;
  readonly role: string;
  readonly object: ObjectName;
  /** Known again by these, where nobody heard what became of the request. */
  readonly labels: Readonly<Record<string, string>>;
  readonly create: () => Promise<Shown>;
  /** Until `signal` ends it. */
  readonly read: (signal: AbortSignal) => Promise<Shown>;
}

/** Somebody who is called off looks so long for what he may have made. */
const LOOK_AGAIN_MS = 5000;

/**
 * Creates an object that a disruption needs beside the app, its intent written down first. One without an answer is
 * looked for by its name and labels, also when the disruption was called off meanwhile: it is removed with the trial.
 *
 * @throws DrainbenchError `disruption-refused` where the API server refuses it.
 */
export async function createRecorded(
  { action, role, object, labels, create, read }: Creation,
  context: DisruptionContext,
): Promise<Made> {
  const { objects } = context;
  const { kind, namespace, name } = object;
  let uid: string | undefined;
  const look = async (signal: AbortSignal) => {
    uid = await ownUid(() => read(signal), labels);
    return uid === undefined ? null : 'it is there';
  };
  const settle = () => look(context.signal);
  await objects.intended(object);
  const refusal = await recordAction(
    { action, kind: role, namespace, name, uid: '' },
    context,
    async () => {
      uid = (await create()).metadata?.uid;
    },
    settle,
  ).catch(async (error: unknown) => {
    // Where it cannot be found out the intent stays, and names it.
    if (uid === undefined) await look(AbortSignal.timeout(LOOK_AGAIN_MS)).catch(() => undefined);
    if (uid !== undefined) await objects.created({ ...object, uid }).catch(() => undefined);
    throw error;
  });
  if (refusal === null && uid !== undefined) {
    const made = { ...object, uid };
    await objects.created(made);
    return made;
  }
  // Where that cannot be read either the intent stays: it may be there.
  if ((await settle().catch(() => 'unknown')) === null) await objects.removed(object);
  throw disruptionRefused(
    `the API server refused to create ${kind} ${name}`,
    refusal === null ? [] : [refusal],
  );
}

/** Of what has its name, if it is this very trial's. */
async function ownUid(read: () => Promise<Shown>, labels: Creation['labels']): Promise<string | undefined> {
  const found = await read().catch((error: unknown) => {
    if (apiFailure(error).httpStatus === 404) return null;
    throw error;
  });
  const own = found?.metadata?.labels ?? {};
  const ours = Object.entries(labels).every(([key, value]) => own[key] === value);
  return ours ? found?.metadata?.uid : undefined;
}
