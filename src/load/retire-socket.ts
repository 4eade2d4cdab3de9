import type { Socket } from 'node:net';

/** How long a server that said it will close gets to do so, before we close. */
const LINGER_MS = 1000;

/**
 * Gives up a socket whose business is done. Nothing that happens on it matters any more.
 * `linger` leaves the first FIN to the server: the side that closes first keeps the port in TIME_WAIT, and at a few
 * hundred connections a second a client would run out of ports.
 */
export function retireSocket(socket: Socket, linger: boolean): void {
  socket.removeAllListeners();
  socket.on('error', ignore);
  if (!linger || socket.destroyed || socket.readableEnded) {
    socket.destroy();
    return;
  }
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  const close = (): void => {
    clearTimeout(timer);
    socket.destroy();
  };
  socket.once('end', close);
  socket.once('close', close);
  socket.resume();
}

/** An error of a socket that nobody uses any more says nothing about any request. */
function ignore(): void {
  // Left empty on purpose: without a listener Node would throw.
}
