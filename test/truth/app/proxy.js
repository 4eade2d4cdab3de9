// A proxy in front of a scripted server of the same Pod: it serves port 8080 and asks the server on port 9080. It gives
// 502 when that is not there and 504 when it does not answer within ANSWER_WITHIN_MS, keeps its own record (port 8084),
// and lives on for LINGER_MS after SIGTERM, unless it has been asked to hurry (port 8093).
import { createServer, request as ask } from 'node:http';

import { createRecord } from './record.js';

const ANSWER_WITHIN_MS = Number(process.env.ANSWER_WITHIN_MS ?? 400);
const LINGER_MS = Number(process.env.LINGER_MS ?? 0);
const FAREWELL_MS = 1000;

const record = createRecord(8084);
let farewell = false;

const server = createServer({ keepAliveTimeout: 120_000, noDelay: true }, (incoming, outgoing) => {
  const id = incoming.headers['x-request-id'] ?? null;
  record.write('proxy-arrived', { id });
  const answer = (status) => {
    if (outgoing.headersSent || outgoing.destroyed) return;
    record.write(status >= 502 && status !== 503 ? `proxy-${status}` : 'proxy-passed', { id, status });
    const last = farewell || incoming.headers.connection === 'close';
    outgoing.writeHead(status, {
      'x-request-id': id ?? '',
      connection: last ? 'close' : 'keep-alive',
      'content-length': 8,
    });
    outgoing.end('proxied\n');
  };
  const { url: path, method, headers } = incoming;
  const asked = ask({ host: '127.0.0.1', port: 9080, path, method, headers, agent: false });
  asked.setTimeout(ANSWER_WITHIN_MS, () => {
    answer(504);
    asked.destroy();
  });
  asked.on('response', (response) => {
    response.resume();
    response.on('end', () => answer(response.statusCode));
    response.on('error', () => answer(502));
  });
  asked.on('error', () => answer(502));
  incoming.on('error', () => undefined);
  outgoing.on('error', () => undefined);
  incoming.pipe(asked);
});
server.listen(8080, '0.0.0.0', () => record.write('proxy-listening'));

let inHurry = false;
createServer((_incoming, outgoing) => {
  inHurry = true;
  outgoing.end();
}).listen(8093);

process.on('SIGTERM', () => {
  record.write('proxy-sigterm');
  if (inHurry) process.exit(0);
  setTimeout(() => (farewell = true), LINGER_MS - FAREWELL_MS);
  setTimeout(() => process.exit(0), LINGER_MS);
});
