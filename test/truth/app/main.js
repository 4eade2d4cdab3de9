// A server that fails requests on command, and keeps its own record of each: the independent side of the truth tests.
//
// Port 8080 takes the load; 8081 takes commands (control.js). What goes wrong is decided here alone:
//   ON_SIGTERM       serve | exit | ignore | reject | close-listener
//   LINGER_MS        how long it lives after SIGTERM
//   LATENCY_MS       service time
//   BACKLOG          length of the accept queue
//   LISTEN_AFTER_MS  Ready at once, listens only later
//   WARM_UP_MS       Ready at once, answers 503 for so long after it began to listen
import { startControl } from './control.js';
import { createRecord } from './record.js';
import { createTraffic } from './traffic.js';

const config = {
  onSigterm: process.env.ON_SIGTERM ?? 'serve',
  lingerMs: Number(process.env.LINGER_MS ?? 0),
  latencyMs: Number(process.env.LATENCY_MS ?? 10),
  backlog: Number(process.env.BACKLOG ?? 511),
  listenAfterMs: Number(process.env.LISTEN_AFTER_MS ?? 0),
  warmUpMs: Number(process.env.WARM_UP_MS ?? 0),
};
/** Before its end the server asks its clients to leave, so that its exit itself fails nobody. */
const FAREWELL_MS = 1000;

const record = createRecord();
const traffic = createTraffic(config, record);

record.write('started');
process.on('exit', (code) => record.write('exiting', { code }));
startControl({ traffic, record, isReady: () => config.listenAfterMs > 0 || traffic.hasListened() }, () =>
  setTimeout(() => traffic.listen(), config.listenAfterMs),
);

process.on('SIGTERM', () => {
  record.write('sigterm');
  if (config.onSigterm === 'ignore') return;
  if (config.onSigterm === 'exit') process.exit(0);
  if (config.onSigterm === 'reject') traffic.behave('reject');
  if (config.onSigterm === 'close-listener') traffic.closeListener();
  setTimeout(() => traffic.sayFarewell(), config.lingerMs - FAREWELL_MS);
  setTimeout(() => process.exit(0), config.lingerMs);
});
