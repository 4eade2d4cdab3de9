// A server in a process of its own, so that holding up the test's process does not hold up the answers.
// Answers each request after 50 ms; tells its parent its port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((_, response) => {
  setTimeout(() => response.end('hello'), 50);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
