import { createServer } from 'node:http';

const PORT = 8081;

/**
 * GET /readyz is the readiness probe, POST /do/… a command:
 *
 *   close-listener, listen     the listener of port 8080 alone; accepted connections live on
 *   behave?as=serve|reject|overloaded|close
 *   block?ms=3000              the whole process does nothing for so long, this port included
 *   exit                       at once, requests in flight or not
 */
export function startControl({ traffic, record, isReady }, onListening) {
  const commands = {
    'close-listener': () => traffic.closeListener(),
    listen: () => traffic.listen(),
    behave: (query) => traffic.behave(query.get('as')),
    block: (query) => setImmediate(() => block(Number(query.get('ms')), record)),
    exit: () => process.exit(1),
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://app');
    if (pathname === '/readyz') return response.writeHead(isReady() ? 200 : 503).end();
    const command = commands[/^\/do\/(.+)$/.exec(pathname)?.[1]];
    if (command === undefined) return response.writeHead(404).end();
    record.write('command', { command: request.url });
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
