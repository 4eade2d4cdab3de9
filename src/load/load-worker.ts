import { openRequestLedgerWriter } from '../history/request-ledger-writer.ts';
import { DrainbenchError, type ErrorDetails } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { readClockIdentity } from '../model/read-clock-identity.ts';
import type { RequestRecord } from '../model/request-record.ts';
import { engineNamed } from './engine-named.ts';
import type { LoadRun } from './load-engine.ts';
import type { ToldRows, ToLoadProcess } from './load-messages.ts';
import { monotonicClock } from './monotonic-clock.ts';
import { followName } from './follow-name.ts';
import { raisePriority } from './raise-priority.ts';
import { ToldLedger } from './told-ledger.ts';
import { waitUntilAccepted } from './wait-until-accepted.ts';
import { openWorkerChannel } from './worker-channel.ts';

const COUNTERS_EVERY_MS = 200;
/** kube-proxy writes a new Service within a second or so, on a busy cluster within several. */
const ACCEPTED_WITHIN_MS = 15_000;

const channel = openWorkerChannel();
const originNs = process.hrtime.bigint();

/** Where the rows go: a file here, or the parent. */
interface Ledger {
  write(record: RequestRecord): void;
  canTake(): boolean;
  close(): Promise<ToldRows | null>;
}

/**
 * The load process: one engine, one ledger, nothing else, so that no work of the harness can delay a send. Started by
 * `startLoadProcess`, or in a Pod by `startRemoteLoad`; it lives no longer than its parent.
 */
function main(): void {
  // Ctrl-C reaches the whole group; it is the parent that decides when load stops.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('uncaughtException', (error) => fail(error));
  process.on('unhandledRejection', (error) => fail(error));

  let run: { readonly load: LoadRun; readonly ledger: Ledger } | undefined;
  channel.onMessage((message) => {
    if (message.type === 'ping') {
      channel.send({ type: 'pong', id: message.id, nowNs: Number(process.hrtime.bigint() - originNs) });
    } else if (message.type === 'start') {
      begin(message).then((started) => {
        run = started;
      }, fail);
    } else if (run !== undefined) {
      finish(run.load, run.ledger, message.drainMs).catch(fail);
    }
  });
  channel.send({ type: 'ready', clock: { ...readClockIdentity(), originNs: String(originNs) } });
}

async function begin(
  message: Extract<ToLoadProcess, { type: 'start' }>,
): Promise<{ load: LoadRun; ledger: Ledger }> {
  if (message.spec.ratePerSecond !== undefined) raisePriority();
  const addresses = await followName(message.targets[0]?.host ?? '');
  const where = { targets: message.targets, ...(addresses === null ? {} : { addresses }) };
  await waitUntilAccepted(where, ACCEPTED_WITHIN_MS);
  const ledger = await openLedger(message.ledgerPath);
  const load = engineNamed(message.spec.engine).start(message.spec, {
    ...where,
    nowNs: monotonicClock(BigInt(message.runStartNs)),
    onRecord: (record) => ledger.write(record),
    canRecord: () => ledger.canTake(),
  });
  setInterval(() => channel.send({ type: 'counters', counters: load.counters() }), COUNTERS_EVERY_MS);
  channel.send({ type: 'started' });
  return { load, ledger };
}

async function openLedger(path: string | null): Promise<Ledger> {
  if (path === null) return new ToldLedger(channel);
  const file = await openRequestLedgerWriter(path);
  file.failure.catch(fail);
  return {
    write: (record) => file.write(record),
    canTake: () => file.canTake(),
    close: () => file.close().then(() => null),
  };
}

async function finish(load: LoadRun, ledger: Ledger, drainMs: number): Promise<void> {
  const summary = await load.stop({ drainMs });
  const told = await ledger.close();
  channel.send({ type: 'stopped', summary, told }, () => process.exit(0));
}

function fail(error: unknown): void {
  channel.send({ type: 'failed', error: detailsOf(error) }, () => process.exit(EXIT.internal));
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

main();
