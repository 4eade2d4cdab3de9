import { apiFailure } from '../cluster/kube/api-failure.ts';
import type { ActionEvent } from '../model/history-event.ts';
import type { DisruptionContext } from './disruption-context.ts';

/** The clock is read next to the call; the two cannot be told apart from outside more finely than this. */
const READ_UNCERTAINTY_NS = 1000;

export type ActionObject = Pick<ActionEvent, 'action' | 'kind' | 'namespace' | 'name' | 'uid'>;

/** `httpStatus` is null when no answer came. `text` is one sentence. */
export interface Refusal {
  readonly httpStatus: number | null;
  readonly text: string;
}

/**
 * Runs one request to the API server and records it: `requested` just before it is sent, then `accepted` or `refused`
 * when the answer is in. A request without an answer (the connection failed) is recorded as refused without a status:
 * it may or may not have taken effect, and the message says so.
 *
 * @returns why it was refused; `null` when the API server accepted.
 */
export async function recordAction(
  object: ActionObject,
  { nowNs, record, signal }: Pick<DisruptionContext, 'nowNs' | 'record' | 'signal'>,
  request: () => Promise<unknown>,
): Promise<Refusal | null> {
  const write = (stage: ActionEvent['stage'], details: Pick<ActionEvent, 'httpStatus' | 'message'> = {}) => {
    record({
      type: 'action',
      source: 'harness',
      atNs: nowNs(),
      uncertaintyNs: READ_UNCERTAINTY_NS,
      stage,
      ...object,
      ...details,
    });
  };
  write('requested');
  try {
    await request();
    write('accepted');
    return null;
  } catch (error) {
    const { httpStatus, reason, message } = apiFailure(error);
    const text =
      httpStatus === null
        ? `no answer, so it may or may not have taken effect: ${message}`
        : `${reason === null ? '' : `${reason}: `}${message}`;
    write('refused', { message: text, ...(httpStatus !== null && { httpStatus }) });
    signal.throwIfAborted();
    return { httpStatus, text: `${object.kind} ${object.name}: ${httpStatus ?? 'no answer'}: ${message}` };
  }
}
