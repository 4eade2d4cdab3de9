import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { ConfigError, readConfig } from './config.js';
import { serveGrpcHealth } from './grpc-health.js';
import { createLedger } from './ledger.js';
import { createLife } from './life.js';
import { createHandler } from './routes.js';
import { createStamps } from './stamps.js';

const FLUSH_INTERVAL_MS = 100;

try {
  start(readConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 64;
}

function start(config) {
  const stamp = createStamps(config);
  stamp('started', {
    bootId: bootId(),
    node: config.node,
    mode: config.mode,
    drainMs: config.drainMs,
    latencyMs: config.latencyMs,
    keepAlive: config.keepAlive,
    nodeVersion: process.version,
  });

  const ledger = createLedger(config);
  const server = createServer({
    keepAliveTimeout: config.mode === 'leak-keepalive' ? 0 : config.keepAliveTimeoutMs,
  });
  const life = createLife({ config, server, ledger, stamp });
  server.on('request', createHandler({ config, life, ledger, stamp }));
  process.on('exit', ledger.close);
  server.on('error', (error) => {
    console.error(
      error.code === 'EADDRINUSE' ? `port ${config.port} is in use by another process` : error.message,
    );
    process.exit(1);
  });
  const askedNs = process.hrtime.bigint();
  server.listen(config.port, config.host, () => {
    stamp('listening', { port: server.address().port }, askedNs);
    life.becomeReady();
    setInterval(ledger.flush, FLUSH_INTERVAL_MS).unref();
  });

  if (config.grpcPort !== undefined) {
    const health = serveGrpcHealth({ port: config.grpcPort, host: config.host, life });
    health.on('listening', () => stamp('grpc-listening', { port: health.address().port }));
  }

  // Without a handler, the kernel ignores SIGTERM for process 1 of a container: that is what `ignore` shows.
  // In `shell`, the signal goes to the shell, which is process 1, and never comes here.
  if (config.mode === 'ignore') return;
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      stamp('signal', { signal, inFlight: ledger.inFlight(), repeated: stopping });
      if (!stopping) life.stop(signal);
      stopping = true;
    });
  }
}

/** Two stamps share a clock when they share this. Absent where there is no Linux. */
function bootId() {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
