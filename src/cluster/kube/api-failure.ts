import { ApiException } from '@kubernetes/client-node';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { statusMessage } from '../../model/status-message.ts';
import { retryAfterMs } from './retry-after.ts';

/** Why a request to the API server failed. */
export interface ApiFailure {
  /** HTTP status of the answer; `null` when none came, so that it is unknown whether the request took effect. */
  readonly httpStatus: number | null;
  /** The API's reason, e.g. `NotFound`, `Conflict`, `Forbidden`, `Invalid`; `null` where it gave none. */
  readonly reason: string | null;
  /** The API server's own message with its causes, or the error of the connection. */
  readonly message: string;
  /** How long the API server asked us to stay away; 0 where it did not. */
  readonly retryAfterMs: number;
}

/**
 * Reads whatever the client threw: the Status object that the API server answered, or an error of the connection.
 * An error of our own (the write guard's) is neither, and is thrown on.
 */
export function apiFailure(error: unknown): ApiFailure {
  if (error instanceof DrainbenchError) throw error;
  if (error instanceof ApiException) {
    const status = statusObject(error.body);
    return {
      httpStatus: error.code,
      reason: typeof status['reason'] === 'string' && status['reason'] !== '' ? status['reason'] : null,
      message: statusMessage(status) ?? textOf(error.body),
      retryAfterMs: retryAfterMs(error.headers['retry-after']),
    };
  }
  return { httpStatus: null, reason: null, message: connectionMessage(error), retryAfterMs: 0 };
}

function statusObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null) return body as Record<string, unknown>;
  if (typeof body !== 'string') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' && body !== '' ? body.slice(0, 500) : 'no message';
}

/** fetch hides the errno one level down: "fetch failed", caused by ECONNREFUSED. */
function connectionMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
