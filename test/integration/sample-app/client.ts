import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface RequestOptions {
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
  /** Called when the server says that it has the request. */
  readonly arrived?: () => void;
}

/** One GET on a connection of its own, or on a kept-alive one if an agent is given. Rejects as sockets do. */
export function get(port: number, path: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, headers: options.headers ?? {}, agent: options.agent ?? false },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => (body += text));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    if (options.arrived) sent.on('continue', options.arrived);
    sent.end();
  });
}

/**
 * Sends a GET and returns once the server has it: `Expect: 100-continue` makes it say so. The answer comes later; a
 * connection cut off before it is for the caller to expect.
 */
export async function getUnderWay(
  port: number,
  path: string,
  options: RequestOptions = {},
): Promise<{ readonly answer: Promise<Answer> }> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const headers = { ...options.headers, expect: '100-continue' };
  const answer = get(port, path, { ...options, headers, arrived: () => resolve(undefined) });
  answer.catch(reject);
  await promise;
  return { answer };
}

export function keepAliveAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}

/** The errno of a connection attempt, or `connected`. */
export function tryConnect(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
}
