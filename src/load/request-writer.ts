import { requestIdHeader } from './compose-request.ts';
import type { TrialLoad } from './load-engine.ts';

/** Above this a request could still be on its way into the socket when its answer comes. */
const LARGEST_REUSED_BYTES = 4096;

/**
 * The bytes of one connection's requests, without composing each anew: one buffer for ids of as many digits, in which
 * only the digits change; ids must rise. Safe where a connection writes its next request after the last one was answered or its
 * socket was given up, and the request is small enough to leave with one system call.
 *
 * @param compose lays a request out for an id; see `composeRequest`
 */
export function requestWriter(spec: TrialLoad, compose: (id: number) => string): (id: number) => Buffer {
  let template = Buffer.alloc(0);
  let end = 0;
  let length = 0;
  /** Ids from here on need a new buffer. */
  let limit = 0;
  return (id) => {
    if (id >= limit) {
      const text = compose(id);
      // At the begin of a line: another header's value may hold the same text.
      const header = `\r\nx-request-id: ${requestIdHeader(spec, id)}\r\n`;
      template = Buffer.from(text);
      // The body comes after it, and the user's own headers cannot bear this name.
      end = template.indexOf(header) + header.length - 2;
      length = String(id).length;
      limit = template.length > LARGEST_REUSED_BYTES ? 0 : 10 ** length;
    }
    let rest = id;
    for (let at = end - 1; at >= end - length; at--) {
      const next = Math.floor(rest / 10);
      template[at] = 48 + rest - next * 10;
      rest = next;
    }
    return template;
  };
}
