import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { LoadSpec } from '../model/scenario.ts';
import type { LoadTarget, TrialLoad } from './load-engine.ts';

/** Headers that decide about framing, reuse and identity: the engine's own. */
const OWNED = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'x-request-id',
  'expect',
  'upgrade',
]);
const EXPECTS_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** The value of the `x-request-id` header: unique among all requests that the app can have in its ledger. */
export function requestIdHeader({ name, requestPrefix = '' }: TrialLoad, id: number): string {
  return `${requestPrefix}${name}-${String(id)}`;
}

/**
 * Everything of the request but its id is laid out once; the result writes the text for one id.
 * Fresh connections ask for `Connection: close`, so that the server closes first and the client's ports are not
 * used up by TIME_WAIT.
 *
 * @throws DrainbenchError `load-request-invalid` for a path or header that would break the request's framing.
 */
export function composeRequest(spec: TrialLoad, target: LoadTarget): (id: number) => string {
  if (!/^[\x21-\x7e]+$/.test(spec.path)) {
    throw invalid(spec, 'path', 'printable ASCII without spaces (percent-encode the rest)', spec.path);
  }
  const lines = [`${spec.method} ${spec.path} HTTP/1.1`];
  const names = new Set(Object.keys(spec.headers).map((name) => name.toLowerCase()));
  if (!names.has('host')) lines.push(`Host: ${target.host}:${String(target.port)}`);
  lines.push(`Connection: ${spec.connections === 'fresh' ? 'close' : 'keep-alive'}`);
  for (const [name, value] of Object.entries(spec.headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || OWNED.has(name.toLowerCase())) {
      throw invalid(spec, `headers.${name}`, `an HTTP header name other than ${[...OWNED].join(', ')}`, name);
    }
    if (!/^[\t\x20-\x7e]*$/.test(value)) {
      throw invalid(spec, `headers.${name}`, 'printable ASCII in one line', JSON.stringify(value));
    }
    lines.push(`${name}: ${value}`);
  }
  if (spec.body !== undefined || EXPECTS_BODY.has(spec.method)) {
    lines.push(`Content-Length: ${String(Buffer.byteLength(spec.body ?? ''))}`);
  }
  const head = `${lines.join('\r\n')}\r\nx-request-id: ${requestIdHeader(spec, 0).slice(0, -1)}`;
  const tail = `\r\n\r\n${spec.body ?? ''}`;
  return (id) => head + String(id) + tail;
}

function invalid(spec: LoadSpec, field: string, expected: string, found: string): DrainbenchError {
  return new DrainbenchError({
    code: 'load-request-invalid',
    message: `load "${spec.name}": ${field} cannot be sent`,
    expected,
    found,
    fix: `Change ${field} of the load in the scenario.`,
    exitCode: EXIT.usage,
  });
}
