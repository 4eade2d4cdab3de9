import { createServer } from 'node:net';

const PORT = 8080;
const NS_PER_MS = 1e6;

/**
 * The port that takes the load: HTTP by hand, so that every byte, close and silence is meant. A request's path says what
 * else may happen to it:
 *
 *   ?holdMs=4000          answered only after so long
 *   ?close=crossing       while it shall close: one connection in three is closed right behind the answer, without a word
 *                         of it in the headers
 *   ?close=unread         the same, but it is not read any more after the answer, and closed 30 to 130 ms later as idle
 *   ?when=busy            while overloaded: answered 503 rather than held
 */
export function createTraffic(config, record) {
  let behaviour = 'serve';
  let listener = null;
  let listenedAt = null;
  let farewell = false;
  let connections = 0;
  let answers = 0;

  function listen() {
    const server = createServer({ noDelay: true }, accept);
    server.listen({ port: PORT, host: '0.0.0.0', backlog: config.backlog }, () => {
      listener = server;
      listenedAt ??= performance.now();
      record.write('listening');
    });
  }

  function closeListener() {
    record.write('closing-listener');
    listener?.close();
    listener = null;
    record.write('listener-closed');
  }

  function accept(socket) {
    const connection = { socket, number: ++connections, text: '' };
    socket.setEncoding('latin1');
    socket.on('error', (error) =>
      record.write('socket-error', { connection: connection.number, code: error.code }),
    );
    socket.on('data', (text) => {
      connection.text += text;
      for (
        let end = connection.text.indexOf('\r\n\r\n');
        end >= 0;
        end = connection.text.indexOf('\r\n\r\n')
      ) {
        const head = connection.text.slice(0, end);
        connection.text = connection.text.slice(end + 4);
        take(connection, head);
      }
    });
  }

  function take(connection, head) {
    const url = new URL(head.split(' ', 2)[1], 'http://app');
    const id = /^x-request-id: (.*)$/im.exec(head)?.[1] ?? null;
    const request = { id, url, last: /^connection: close$/im.test(head), arrivedAt: process.hrtime.bigint() };
    record.write('arrived', { id, connection: connection.number });
    if (behaviour === 'reject') return answer(connection, request, 503, 'rejected');
    if (config.warmUpMs > 0 && performance.now() - listenedAt < config.warmUpMs) {
      return answer(connection, request, 503, 'warming-up');
    }
    if (behaviour === 'overloaded') {
      if (url.searchParams.get('when') === 'busy') answer(connection, request, 503, 'busy');
      return; // the others are held for ever
    }
    const holdMs = Number(url.searchParams.get('holdMs') ?? config.latencyMs);
    setTimeout(() => answer(connection, request, 200, 'answered'), holdMs);
  }

  function answer(connection, { id, url, last, arrivedAt }, status, what) {
    const { socket } = connection;
    if (socket.destroyed) return record.write('too-late', { id });
    const tookMs = Number(process.hrtime.bigint() - arrivedAt) / NS_PER_MS;
    record.write(what, { id, connection: connection.number, status, tookMs });
    const body = 'scripted\n';
    const close = last || farewell;
    socket.write(
      [
        `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Service Unavailable'}`,
        `x-request-id: ${id}`,
        ...(process.env.X_POD === undefined ? [] : [`x-pod: ${process.env.X_POD}`]),
        `content-length: ${body.length}`,
        `connection: ${close ? 'close' : 'keep-alive'}`,
        '',
        body,
      ].join('\r\n'),
    );
    if (close) socket.end();
    else closeByScript(connection, id, url.searchParams.get('close'));
  }

  function closeByScript(connection, lastId, how) {
    if (behaviour !== 'close' || how === null || ++answers % 3 !== 0) return;
    const close = () => {
      record.write('closed', { how, lastId, connection: connection.number });
      connection.socket.destroy();
    };
    if (how === 'crossing') setImmediate(close);
    else {
      // What comes from now on stays in the kernel; `pause` would go on to read it.
      connection.socket._handle.readStop();
      setTimeout(close, 30 + Math.random() * 100);
    }
  }

  return {
    listen,
    closeListener,
    hasListened: () => listenedAt !== null,
    behave: (as) => {
      behaviour = as;
      record.write('behaves', { as });
    },
    sayFarewell: () => {
      farewell = true;
    },
  };
}
