// Listens with the shortest backlog there is and never accepts: its parent stops it (SIGSTOP) once it is told the port.
import { createServer, type AddressInfo } from 'node:net';

const server = createServer();
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  process.send?.((server.address() as AddressInfo).port);
});
