import { setTimeout as sleep } from 'node:timers/promises';

import { apiFailure } from '../cluster/kube/api-failure.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { ActionEvent } from '../model/history-event.ts';
import type { DisruptionContext } from './disruption-context.ts';

/** The clock is read next to the call; the two cannot be told apart from outside more finely than this. */
const READ_UNCERTAINTY_NS = 1000;
/** A request is sent again only where the API server asked for it, or where a reading showed that it had no effect. */
const MAX_TRIES = 5;
/** A trial is no use any more when its disruption comes later than this. */
const LONGEST_WAIT_MS = 20_000;
/** After this nobody waits any longer to learn what became of a request. */
const SETTLE_WITHIN_MS = 20_000;

export type ActionObject = Pick<ActionEvent, 'action' | 'kind' | 'namespace' | 'name' | 'uid' | 'container'>;

/** `httpStatus` is null when no answer came. `text` is one sentence. */
export interface Refusal {
  readonly httpStatus: number | null;
  readonly text: string;
}

/** Reads whether a request took effect: what shows it, in one phrase; `null` where nothing does. */
export type Settle = () => Promise<string | null>;

/**
 * Runs one request to the API server and records it: `requested` just before it is sent, then `accepted` or `refused`
 * when the answer is in. A refusal that asks to come back later (`Retry-After`) is obeyed, each try recorded; it is
 * final where the wait would be longer than 20 s.
 *
 * Where no answer came, or one that does not tell (a 5xx), that is recorded as `unanswered`. The object is then read
 * (`settle`): a request that took effect is recorded as `accepted`, its time between the request and the reading; one
 * that did not is sent again.
 *
 * @returns why it was refused; `null` when it took effect.
 */
export async function recordAction(
  object: ActionObject,
  { nowNs, record, signal }: Pick<DisruptionContext, 'nowNs' | 'record' | 'signal'>,
  request: () => Promise<unknown>,
  settle: Settle | null = null,
): Promise<Refusal | null> {
  const write = (stage: ActionEvent['stage'], details: Details = {}) => {
    const atNs = nowNs();
    record({
      type: 'action',
      source: 'harness',
      atNs,
      uncertaintyNs: READ_UNCERTAINTY_NS,
      stage,
      ...object,
      ...details,
    });
    return atNs;
  };
  let firstDoubtNs: number | null = null;
  for (let tries = 1; ; tries++) {
    const requestedNs = write('requested');
    try {
      await request();
      write('accepted');
      return null;
    } catch (error) {
      if (error instanceof DrainbenchError) {
        // Not the API server's answer: what was to send the request, or do the deed, could not.
        write('refused', { message: error.message });
        throw error;
      }
      const { httpStatus, reason, message, retryAfterMs } = apiFailure(error);
      const told = httpStatus !== null && (httpStatus < 500 || retryAfterMs > 0);
      const text = `${reason === null ? '' : `${reason}: `}${message}`;
      const status = httpStatus === null ? {} : { httpStatus };
      if (told) write('refused', { message: text, ...status });
      else
        write('unanswered', {
          message: `no answer that tells, so it may or may not have taken effect: ${text}`,
          ...status,
        });
      signal.throwIfAborted();
      if (!told) firstDoubtNs ??= requestedNs;
      const refusal = {
        httpStatus,
        text: `${object.kind} ${object.name}: ${httpStatus ?? 'no answer'}: ${message}`,
      };
      if (firstDoubtNs !== null) {
        // Also a refusal such as 404 may only say that an earlier try, of which nothing was heard, took effect.
        const settled = settle === null ? undefined : await settling(settle, signal);
        if (settled === undefined) return refusal;
        if (settled !== null) {
          write('accepted', {
            message: `${settled}, as was read afterwards`,
            ...between(firstDoubtNs, nowNs()),
          });
          return null;
        }
      }
      if (tries === MAX_TRIES || (told && retryAfterMs === 0) || retryAfterMs > LONGEST_WAIT_MS)
        return refusal;
      await sleep(retryAfterMs, undefined, { signal });
    }
  }
}

type Details = Partial<Pick<ActionEvent, 'httpStatus' | 'message' | 'atNs' | 'uncertaintyNs'>>;

/** `undefined` when it cannot be found out. */
async function settling(settle: Settle, signal: AbortSignal): Promise<string | null | undefined> {
  return retryRequest(settle, { signal, timeoutMs: SETTLE_WITHIN_MS }).catch(() => {
    signal.throwIfAborted();
    return undefined;
  });
}

/** It happened at some time between these two. */
function between(fromNs: number, toNs: number): Pick<ActionEvent, 'atNs' | 'uncertaintyNs'> {
  const halfNs = Math.ceil((toNs - fromNs) / 2);
  return { atNs: fromNs + halfNs, uncertaintyNs: halfNs + READ_UNCERTAINTY_NS };
}
