import { createServer } from 'node:net';

const NS_PER_MS = 1e6;

/**
 * The port that takes the load: HTTP by hand, so that every byte, close and silence is meant. A request's path says what
 * else may happen to it:
 *
 *   ?holdMs=4000          answered only after so long
 *   ?upload=stalled       of its body only the beginning is read before that time is over
 *   ?close=crossing       while it shall close: one connection in three is closed right behind the answer, without a word
 *                         of it in the headers
 *   ?close=unread         the same, but it is not read any more after the answer, and closed 30 to 130 ms later as idle
 *   ?when=busy            while overloaded: answered 503 rather than held
 *
 * Several listeners share the port (SO_REUSEPORT), as those of worker processes do: `closeWorker` closes one of them.
 */
export function createTraffic(config, record) {
  let behaviour = 'serve';
  let listeners = [];
  let wanted = 0;
  let listenedAt = null;
  let farewell = false;
  let connections = 0;
  let answers = 0;

  function listen() {
    for (wanted = 0; wanted < config.listeners; wanted++) {
      open(() => {
        if (listeners.length < config.listeners) return;
        listenedAt ??= performance.now();
        record.write('listening');
      });
    }
  }

  function open(onListening) {
    const server = createServer({ noDelay: true }, accept);
    const at = { port: config.port, host: '0.0.0.0', backlog: config.backlog };
    server.listen({ ...at, reusePort: config.listeners > 1 }, () => {
      // Closed in the meantime.
      if (wanted === 0) return server.close();
      listeners.push(server);
      onListening();
    });
  }

  /** Never the last one: the port goes on to listen. */
  function closeWorker() {
    if (listeners.length < 2) return;
    wanted--;
    record.write('closing-worker');
    listeners.shift().close();
    record.write('worker-closed');
  }

  function openWorker() {
    if (wanted === 0 || wanted >= config.listeners) return;
    wanted++;
    open(() => record.write('worker-opened'));
  }

  function closeListener() {
    wanted = 0;
    record.write('closing-listener');
    for (const listener of listeners) listener.close();
    listeners = [];
    record.write('listener-closed');
  }

  function accept(socket) {
    const connection = { socket, number: ++connections, text: '', bodyLeft: 0, request: null };
    record.write('accepted', {
      connection: connection.number,
      peer: socket.remoteAddress,
      peerPort: socket.remotePort,
    });
    socket.setEncoding('latin1');
    socket.on('error', (error) =>
      record.write('socket-error', { connection: connection.number, code: error.code }),
    );
    socket.on('data', (text) => {
      connection.text += text;
      read(connection);
    });
  }

  function read(connection) {
    for (;;) {
      if (connection.request !== null) {
        const taken = Math.min(connection.bodyLeft, connection.text.length);
        connection.text = connection.text.slice(taken);
        connection.bodyLeft -= taken;
        if (connection.bodyLeft > 0) return;
        const { request } = connection;
        connection.request = null;
        record.write('body-read', { id: request.id });
        serve(connection, request);
        continue;
      }
      const end = connection.text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = connection.text.slice(0, end);
      connection.text = connection.text.slice(end + 4);
      take(connection, head);
    }
  }

  function take(connection, head) {
    const url = new URL(head.split(' ', 2)[1], 'http://app');
    const id = /^x-request-id: (.*)$/im.exec(head)?.[1] ?? null;
    const bodyBytes = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    const request = { id, url, last: /^connection: close$/im.test(head), arrivedAt: process.hrtime.bigint() };
    record.write('arrived', { id, connection: connection.number, bodyBytes });
    if (bodyBytes === 0) return serve(connection, request);
    connection.bodyLeft = bodyBytes;
    connection.request = request;
    if (url.searchParams.get('upload') !== 'stalled') return;
    // What comes from now on stays in the kernel; `pause` would go on to read it.
    connection.socket._handle.readStop();
    setTimeout(() => connection.socket._handle?.readStart(), Number(url.searchParams.get('holdMs')));
  }

  function serve(connection, request) {
    const { id, url } = request;
    if (behaviour === 'reject') return answer(connection, request, 503, 'rejected');
    if (behaviour === 'error') return answer(connection, request, 500, 'errored');
    if (behaviour === 'garble') return garble(connection, request);
    if (config.answers !== 200) return answer(connection, request, config.answers, 'strange');
    if (config.warmUpMs > 0 && performance.now() - listenedAt < config.warmUpMs) {
      return answer(connection, request, 503, 'warming-up');
    }
    if (behaviour === 'overloaded') {
      if (url.searchParams.get('when') === 'busy') answer(connection, request, 503, 'busy');
      else record.write('held', { id });
      return; // the others are held for ever
    }
    const stalled = url.searchParams.get('upload') === 'stalled';
    const holdMs = stalled ? 0 : Number(url.searchParams.get('holdMs') ?? config.latencyMs);
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
        `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Not So'}`,
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

  /** No HTTP at all, and the connection stays open. */
  function garble({ socket, number }, { id }) {
    record.write('garbled', { id, connection: number });
    socket.write('\x15\x03\x01 no HTTP\r\n\r\n');
  }

  function closeByScript(connection, lastId, how) {
    if (behaviour !== 'close' || how === null || ++answers % 3 !== 0) return;
    const close = () => {
      record.write('closed', { how, lastId, connection: connection.number });
      connection.socket.destroy();
    };
    if (how === 'crossing') setImmediate(close);
    else {
      connection.socket._handle.readStop();
      setTimeout(close, 30 + Math.random() * 100);
    }
  }

  return {
    listen,
    openWorker,
    closeWorker,
    closeListener,
    hasListened: () => listenedAt !== null,
    isOverloaded: () => behaviour === 'overloaded',
    behave: (as) => {
      behaviour = as;
      record.write('behaves', { as });
    },
    sayFarewell: () => {
      farewell = true;
    },
  };
}
