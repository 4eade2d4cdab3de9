import { createServer } from 'node:http';

const PORT = 8081;

/**
 * GET /readyz is the readiness probe, POST /do/… a command:
 *
 *   close-listener, listen     the listeners of port 8080 alone; accepted connections live on
 *   close-worker, open-worker  one of several listeners
 *   unready, ready             what the readiness probe is told, whatever is so
 *   behave?as=serve|reject|error|garble|overloaded|close
 *   block?ms=3000              the whole process does nothing for so long, this port included
 *   hurry                      when SIGTERM comes it ends at once: nobody looks any more
 *   exit                       at once, requests in flight or not
 *   note?what=…                a line of the record, for a companion in the same Pod
 */
export function startControl({ traffic, record, isReady, hurry }, onListening) {
  let unready = false;
  const pretend = (value) => {
    unready = value;
    record.write(value ? 'unready' : 'ready');
  };
  const commands = {
    'close-listener': () => traffic.closeListener(),
    listen: () => traffic.listen(),
    'close-worker': () => traffic.closeWorker(),
    'open-worker': () => traffic.openWorker(),
    unready: () => pretend(true),
    ready: () => pretend(false),
    behave: (query) => traffic.behave(query.get('as')),
    block: (query) => setImmediate(() => block(Number(query.get('ms')), record)),
    hurry,
    exit: () => process.exit(1),
    note: (query) => record.write(query.get('what')),
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://app');
    if (pathname === '/readyz') {
      const ready = isReady() && !unready;
      if (!ready) record.write('probed-unready');
      return response.writeHead(ready ? 200 : 503).end();
    }
    const name = /^\/do\/(.+)$/.exec(pathname)?.[1];
    const command = commands[name];
    if (command === undefined) return response.writeHead(404).end();
    if (name !== 'note') record.write('command', { command: request.url });
    command(searchParams);
    return response.end();
  });
  server.listen(PORT, onListening);
}

function block(ms, record) {
  record.write('blocking', { ms });
  const until = performance.now() + ms;
  while (performance.now() < until) {
    // Sleeps without giving the event loop a turn: busy waiting would take the CPU from the others.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(1, until - performance.now()));
  }
  record.write('unblocked');
}
