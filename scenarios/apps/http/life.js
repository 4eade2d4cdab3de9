import { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Once the end is near little time may be left to write: see the ledger. */
const LAST_FLUSH_INTERVAL_MS = 20;

const DRAINING = new Set(['drain', 'drain-silent', 'slow-drain']);

/**
 * The app's way from ready to gone. `stop` is what a signal does, by shutdown mode; README.md says what each mode
 * stands for and what users of the service see.
 */
export function createLife({ config, server, ledger, stamp }) {
  let ready = false;
  let announcing = false;
  let closing = false;

  function becomeReady() {
    ready = true;
    stamp('ready');
  }

  function failReadiness(reason) {
    if (!ready) return;
    ready = false;
    stamp('readiness-flipped', { ready: false, reason });
  }

  /** From now on every answer tells its client to come back on another connection, before this one is closed. */
  function announceClose(reason) {
    if (announcing) return;
    announcing = true;
    stamp('announcing', { reason });
  }

  async function stop(signal) {
    setInterval(ledger.flush, LAST_FLUSH_INTERVAL_MS).unref();
    if (config.mode === 'exit-now') exit(signal);
    failReadiness(signal);
    if (config.mode === 'drain') announceClose(signal);
    if (DRAINING.has(config.mode)) await delay(config.drainMs);
    if (config.mode === 'leak-keepalive') {
      // The mistake this mode stands for: the listener is closed, idle connections are waited for, nobody ends them.
      server.once('close', drained);
      const askedNs = process.hrtime.bigint();
      Server.prototype.close.call(server);
      stamp('listener-closed', {}, askedNs);
      return;
    }
    closing = true;
    const askedNs = process.hrtime.bigint();
    // http.Server.close() also ends the connections that are idle now.
    server.close(drained);
    stamp('listener-closed', { inFlight: ledger.inFlight() }, askedNs);
  }

  function drained() {
    stamp('drained', { inFlight: ledger.inFlight() });
    exit('drained');
  }

  function exit(reason) {
    ledger.close();
    stamp('exiting', { code: 0, reason });
    process.exit(0);
  }

  // A streamed answer whose headers were out before the end was in sight could not say `Connection: close`: its
  // connection is idle afterwards, and has to be ended from this side.
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
  });

  return {
    becomeReady,
    failReadiness,
    announceClose,
    stop,
    isReady: () => ready,
    /** Tells the client to open a new connection for its next request, which then reaches another Pod. */
    connectionHeader: () => (announcing || closing || !config.keepAlive ? { connection: 'close' } : {}),
  };
}
