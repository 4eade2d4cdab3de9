// A server that fails requests on command, and keeps its own record of each: the independent side of the truth tests.
//
// Port 8080 takes the load; 8081 takes commands (control.js). What goes wrong is decided here alone:
//   PORT             another port than 8080, behind a proxy of the same Pod (proxy.js)
//   ON_SIGTERM       serve | exit | ignore | reject | close-listener
//   LINGER_MS        how long it lives after SIGTERM
//   LATENCY_MS       service time
//   BACKLOG          length of the accept queue
//   LISTENERS        how many share the port
//   LISTEN_AFTER_MS  Ready at once, listens only later
//   WARM_UP_MS       Ready at once, answers 503 for so long after it began to listen
//   WARM_UP_AGAIN_MS the same from the second start of the container on
//   UNREADY_WHEN     overloaded: its own readiness probe fails while it is
//   ANSWERS          the status of every answer
import { appendFileSync, readFileSync } from 'node:fs';

import { startControl } from './control.js';
import { createRecord } from './record.js';
import { createTraffic } from './traffic.js';
import { followNotes } from './notes.js';

/** In a volume that outlives a container: how often the server has started in this Pod. */
const STARTS = '/starts/count';

const starts = countStarts();
const config = {
  port: Number(process.env.PORT ?? 8080),
  onSigterm: process.env.ON_SIGTERM ?? 'serve',
  lingerMs: Number(process.env.LINGER_MS ?? 0),
  latencyMs: Number(process.env.LATENCY_MS ?? 10),
  backlog: Number(process.env.BACKLOG ?? 511),
  listeners: Number(process.env.LISTENERS ?? 1),
  listenAfterMs: Number(process.env.LISTEN_AFTER_MS ?? 0),
  warmUpMs: Number((starts > 1 ? process.env.WARM_UP_AGAIN_MS : undefined) ?? process.env.WARM_UP_MS ?? 0),
  answers: Number(process.env.ANSWERS ?? 200),
};
/** Before its end the server asks its clients to leave, so that its exit itself fails nobody. */
const FAREWELL_MS = 1000;

let inHurry = false;
const record = createRecord(8082);
const traffic = createTraffic(config, record);

record.write('started', { starts });
process.on('exit', (code) => record.write('exiting', { code }));
const isReady = () =>
  (config.listenAfterMs > 0 || traffic.hasListened()) &&
  !(process.env.UNREADY_WHEN === 'overloaded' && traffic.isOverloaded());
startControl({ traffic, record, isReady, hurry: () => (inHurry = true) }, () =>
  setTimeout(() => traffic.listen(), config.listenAfterMs),
);
followNotes(record);

process.on('SIGTERM', () => {
  record.write('sigterm');
  if (inHurry) process.exit(0);
  if (config.onSigterm === 'ignore') return;
  if (config.onSigterm === 'exit') process.exit(0);
  if (config.onSigterm === 'reject') traffic.behave('reject');
  if (config.onSigterm === 'close-listener') traffic.closeListener();
  setTimeout(() => traffic.sayFarewell(), config.lingerMs - FAREWELL_MS);
  setTimeout(() => process.exit(0), config.lingerMs);
});

function countStarts() {
  try {
    appendFileSync(STARTS, '.');
    return readFileSync(STARTS, 'utf8').length;
  } catch {
    return 1; // no such volume: the fault does not ask
  }
}
