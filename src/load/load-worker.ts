import { openRequestLedgerWriter, type RequestLedgerWriter } from '../history/request-ledger-writer.ts';
import { DrainbenchError, type ErrorDetails } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { engineNamed } from './engine-named.ts';
import type { LoadRun } from './load-engine.ts';
import type { FromLoadProcess, ToLoadProcess } from './load-messages.ts';
import { monotonicClock } from './monotonic-clock.ts';
import { raisePriority } from './raise-priority.ts';

const COUNTERS_EVERY_MS = 200;

/**
 * The load process: one engine, one ledger, nothing else, so that no work of the harness can delay a send.
 * Started by `startLoadProcess`; it lives no longer than its parent.
 */
function main(): void {
  // Ctrl-C reaches the whole group; it is the parent that decides when load stops.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  // The channel closes when the parent ends, however it ends.
  process.on('disconnect', () => process.exit(EXIT.internal));
  process.on('uncaughtException', (error) => fail(error));
  process.on('unhandledRejection', (error) => fail(error));

  let run: { readonly load: LoadRun; readonly ledger: RequestLedgerWriter } | undefined;
  process.on('message', (message: ToLoadProcess) => {
    if (message.type === 'start') {
      begin(message).then((started) => {
        run = started;
      }, fail);
    } else if (run !== undefined) {
      finish(run.load, run.ledger, message.drainMs).catch(fail);
    }
  });
  send({ type: 'ready' });
}

async function begin(
  message: Extract<ToLoadProcess, { type: 'start' }>,
): Promise<{ load: LoadRun; ledger: RequestLedgerWriter }> {
  if (message.spec.ratePerSecond !== undefined) raisePriority();
  const ledger = await openRequestLedgerWriter(message.ledgerPath);
  ledger.failure.catch(fail);
  const load = engineNamed(message.spec.engine).start(message.spec, {
    targets: message.targets,
    nowNs: monotonicClock(BigInt(message.runStartNs)),
    onRecord: (record) => ledger.write(record),
    canRecord: () => ledger.canTake(),
  });
  setInterval(() => send({ type: 'counters', counters: load.counters() }), COUNTERS_EVERY_MS);
  send({ type: 'started' });
  return { load, ledger };
}

async function finish(load: LoadRun, ledger: RequestLedgerWriter, drainMs: number): Promise<void> {
  const summary = await load.stop({ drainMs });
  await ledger.close();
  send({ type: 'stopped', summary }, () => process.exit(0));
}

function fail(error: unknown): void {
  send({ type: 'failed', error: detailsOf(error) }, () => process.exit(EXIT.internal));
}

function detailsOf(error: unknown): ErrorDetails {
  if (error instanceof DrainbenchError) {
    const { code, message, expected, found, fix, command, detail, exitCode } = error;
    const optional = { expected, found, fix, command, detail };
    const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    return { code, message, exitCode, ...present };
  }
  return {
    code: 'load-engine-failed',
    message: `the load engine failed: ${error instanceof Error ? error.message : String(error)}`,
    ...(error instanceof Error && error.stack !== undefined ? { detail: error.stack } : {}),
    exitCode: EXIT.internal,
  };
}

function send(message: FromLoadProcess, sent?: () => void): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => sent?.());
  else sent?.();
}

main();
