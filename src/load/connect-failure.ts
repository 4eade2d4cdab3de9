import { connect } from 'node:net';

const CONNECT_TIMEOUT_MS = 1_000;

/** Whether a TCP connection to an IPv4 address or name comes about within a second: `null`, or why not (`ECONNREFUSED`). */
export function connectFailure(host: string, port: number, signal?: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(signal !== undefined && { signal }) });
    const end = (why: string | null) => {
      socket.destroy();
      resolve(why);
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => end('no answer'));
    socket.once('connect', () => end(null));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
