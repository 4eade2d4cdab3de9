// A process that does what it is told on its input, and says when it has: `listen PORT`, `close`. Started by the tests.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const server = createServer((socket) => socket.pipe(socket));
createInterface({ input: process.stdin }).on('line', (line) => {
  const [order, port] = line.split(' ');
  if (order === 'listen') server.listen(Number(port), '127.0.0.1', () => console.log('listening'));
  if (order === 'close') server.close(() => console.log('closed'));
});
console.log('here');
