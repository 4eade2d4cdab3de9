import type { Socket } from 'node:net';

/**
 * Reports the client's port as soon as the kernel has chosen it: inside connect(2), long before the connection is
 * established or refused. Once a socket has failed the port cannot be asked for any more, and asking before
 * connect(2) would make Node remember that there is none; `connectionAttempt` is emitted right around the call, and a
 * microtask later it is known.
 */
export function reportClientPort(socket: Socket, onPort: (port: number) => void): void {
  socket.once('connectionAttempt', () => {
    queueMicrotask(() => {
      const port = socket.localPort;
      if (port !== undefined && port > 0) onPort(port);
    });
  });
}
