import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** How the server treats one request. */
export type Play =
  | 'ok'
  | 'error-503'
  | 'chunked'
  | 'empty-204'
  | 'not-modified-304'
  | 'until-fin'
  | 'continue-then-ok'
  | 'slow-drip'
  | 'close-header'
  | 'http-1.0'
  | 'close-while-idle'
  | 'unsolicited-while-idle'
  | 'garbage-behind'
  | 'fin'
  | 'rst'
  | 'half-head'
  | 'continue-then-fin'
  | 'truncated'
  | 'truncated-by-rst'
  | 'chunked-cut'
  | 'chunk-size-broken'
  | 'garbage'
  | 'hang';

export interface SeenRequest {
  readonly id: string;
  readonly play: Play;
  readonly method: string;
}

/** Service time of every answer, ms. */
export const SERVICE_MS = 5;

/**
 * A raw TCP server that treats the n-th request (over all connections) as the n-th play says, and every later one with
 * `ok`. Each answer names the request (`x-request-id`) and a Pod of its own (`x-pod: pod-<id>`), so that an answer
 * matched with the wrong request shows.
 */
export class HostileServer {
  readonly seen: SeenRequest[] = [];
  readonly #plays: readonly Play[];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(plays: readonly Play[]) {
    this.#plays = plays;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(plays: readonly Play[]): Promise<HostileServer> {
    const server = new HostileServer(plays);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket));
    // A client that gives up is part of the play.
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (;;) {
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = text.slice(0, end);
        const body = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? '0');
        if (text.length < end + 4 + body) return;
        text = text.slice(end + 4 + body);
        this.#play(socket, head);
      }
    });
  }

  #play(socket: Socket, head: string): void {
    const id = /^x-request-id: (.*)$/im.exec(head)?.[1] ?? '';
    const play = this.#plays[this.seen.length] ?? 'ok';
    this.seen.push({ id, play, method: head.slice(0, head.indexOf(' ')) });
    setTimeout(() => act(socket, play, id), SERVICE_MS);
  }
}

function act(socket: Socket, play: Play, id: string): void {
  const names = `x-request-id: ${id}\r\nX-Pod: pod-${id}\r\n`;
  const ok = `HTTP/1.1 200 OK\r\n${names}Content-Length: 5\r\n\r\nhello`;
  const chunked = `HTTP/1.1 200 OK\r\n${names}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`;
  const later = (ms: number, action: () => void): void => {
    setTimeout(() => {
      if (!socket.destroyed) action();
    }, ms);
  };
  switch (play) {
    case 'ok':
      return void socket.write(ok);
    case 'error-503':
      return void socket.write(`HTTP/1.1 503 Service Unavailable\r\n${names}Content-Length: 4\r\n\r\nbusy`);
    case 'chunked':
      return void socket.write(`${chunked}0\r\n\r\n`);
    case 'empty-204':
      return void socket.write(`HTTP/1.1 204 No Content\r\n${names}\r\n`);
    case 'not-modified-304':
      return void socket.write(`HTTP/1.1 304 Not Modified\r\n${names}Content-Length: 5\r\n\r\n`);
    case 'until-fin':
      return void socket.end(`HTTP/1.1 200 OK\r\n${names}\r\nhello`);
    case 'continue-then-ok':
      return void socket.write(`HTTP/1.1 100 Continue\r\n\r\n${ok}`);
    case 'slow-drip': {
      drip(socket, ok);
      return;
    }
    case 'close-header':
      return void socket.end(
        `HTTP/1.1 200 OK\r\n${names}Connection: close\r\nContent-Length: 5\r\n\r\nhello`,
      );
    case 'http-1.0':
      return void socket.end(`HTTP/1.0 200 OK\r\n${names}Content-Length: 5\r\n\r\nhello`);
    case 'close-while-idle':
      socket.write(ok);
      {
        later(5, () => socket.end());
        return;
      }
    case 'unsolicited-while-idle':
      socket.write(ok);
      {
        later(5, () => {
          socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        });
        return;
      }
    case 'garbage-behind':
      return void socket.write(`${ok}\x00\x01garbage`);
    case 'fin':
      return void socket.end();
    case 'rst':
      return void socket.resetAndDestroy();
    case 'half-head':
      return void socket.end(`HTTP/1.1 200 OK\r\n${names}Content-Le`);
    case 'continue-then-fin':
      return void socket.end('HTTP/1.1 100 Continue\r\n\r\n');
    case 'truncated':
      return void socket.end(`HTTP/1.1 200 OK\r\n${names}Content-Length: 5\r\n\r\nhel`);
    case 'truncated-by-rst':
      socket.write(`HTTP/1.1 200 OK\r\n${names}Content-Length: 5\r\n\r\nhel`);
      {
        later(10, () => void socket.resetAndDestroy());
        return;
      }
    case 'chunked-cut':
      return void socket.end(chunked);
    case 'chunk-size-broken':
      return void socket.write(`${chunked}zz\r\nhello\r\n0\r\n\r\n`);
    case 'garbage':
      return void socket.write('SSH-2.0-OpenSSH_9.2\r\n\r\n');
    case 'hang':
      return;
  }
}

/** One byte about every millisecond. */
function drip(socket: Socket, text: string): void {
  if (text === '' || socket.destroyed) return;
  socket.write(text.charAt(0));
  setTimeout(() => drip(socket, text.slice(1)), 1);
}
