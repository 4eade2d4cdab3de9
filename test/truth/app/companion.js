// A log shipper beside the server: it starts short-lived children all the time, ends some of them by a signal, leaves and
// is started anew when it is told to (port 8091), and ends as soon as SIGTERM comes. It says so in the server's record.
import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';

const EVERY_MS = 250;

note('companion-started');
process.on('SIGTERM', () => process.exit(0));

let children = 0;
setInterval(() => {
  const child = spawn('sleep', ['0.06']);
  if (++children % 3 === 0) setTimeout(() => child.kill('SIGTERM'), 20);
  child.on('exit', () => note('companion-child-ended'));
  child.on('error', () => undefined);
}, EVERY_MS);

createServer((incoming, outgoing) => {
  outgoing.end();
  if (incoming.url === '/do/leave') setImmediate(() => process.exit(0));
}).listen(8091);

function note(what) {
  const sent = request({ port: 8081, path: `/do/note?what=${what}`, method: 'POST', agent: false });
  sent.on('response', (response) => response.resume());
  sent.on('error', () => undefined);
  sent.end();
}
