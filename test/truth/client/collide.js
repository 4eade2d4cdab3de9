// Runs in a node's network. For each line `ADDRESS PORT` of its input it connects to that Pod's port 8080 from its own
// port PORT, and ends the connection in one way after the other. Says `HOW ADDRESS PORT` of each that came about.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const REQUEST = (count) => `GET / HTTP/1.1\r\nHost: app\r\nx-request-id: collide-${count}\r\n\r\n`;
const GIVE_UP_MS = 1500;

/** Each gets a socket that has just connected. */
const WAYS = {
  fin: (socket, count) => {
    socket.write(REQUEST(count));
    socket.once('data', () => socket.end());
  },
  rst: (socket, count) => {
    socket.write(REQUEST(count));
    socket.once('data', () => socket.resetAndDestroy());
  },
  'rst-unanswered': (socket, count) => {
    socket.write(REQUEST(count));
    setTimeout(() => socket.resetAndDestroy(), 3);
  },
  half: (socket, count) => socket.end(REQUEST(count)),
  silent: (socket) => socket.end(),
  linger: (socket, count) => {
    socket.write(REQUEST(count));
    setTimeout(() => socket.end(), 1000);
  },
};
const names = Object.keys(WAYS);
let count = 0;

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [host, port] = line.split(' ');
  const number = ++count;
  const how = names[number % names.length];
  const socket = connect({ host, port: 8080, localPort: Number(port), noDelay: true });
  const say = (word) => process.stdout.write(`${word} ${host} ${port}\n`);
  let connected = false;
  socket.once('connect', () => {
    connected = true;
    say(how);
    WAYS[how](socket, number);
  });
  socket.on('data', () => undefined);
  socket.on('error', () => connected || say('failed'));
  setTimeout(() => socket.destroy(), GIVE_UP_MS).unref();
});
lines.on('close', () => process.exit(0));
