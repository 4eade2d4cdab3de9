// A process that does what it is told on its input, and says when it has. As a server: `listen PORT`, `close`. As a
// client: `connect PORT`, `say` (and is answered), `end`, `reset`. Started by the tests.
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const server = createServer((socket) => {
  socket.pipe(socket);
  socket.on('error', () => undefined).once('close', () => console.log('left'));
});
let client: Socket | null = null;
const ORDERS: Readonly<Record<string, (port: number) => void>> = {
  listen: (port) => server.listen(port, '127.0.0.1', () => console.log('listening')),
  close: () => server.close(() => console.log('closed')),
  connect: (port) => {
    client = connect(port, '127.0.0.1', () => console.log(`connected from ${client?.localPort ?? 0}`));
    client.on('data', () => console.log('heard'));
    client.on('error', ({ message }) => console.log(message)).once('close', () => console.log('left'));
  },
  say: () => client?.write('x'),
  end: () => client?.end(),
  reset: () => client?.resetAndDestroy(),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const [order = '', port] = line.split(' ');
  ORDERS[order]?.(Number(port));
});
console.log('here');
