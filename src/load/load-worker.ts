import { openRequestLedgerWriter } from '../history/request-ledger-writer.ts';
import { errorDetails } from '../model/drainbench-error.ts';
import { NS_PER_MS } from '../model/duration.ts';
import { EXIT } from '../model/exit-code.ts';
import { readClockIdentity } from '../model/read-clock-identity.ts';
import type { RequestRecord } from '../model/request-record.ts';
import { engineNamed } from './engine-named.ts';
import type { LoadRun, MeantAddress } from './load-engine.ts';
import type { ToldRows, ToLoadProcess } from './load-messages.ts';
import { monotonicClock } from './monotonic-clock.ts';
import { NameCache } from './name-cache.ts';
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
  flush(): Promise<void>;
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

  let run: Run | undefined;
  channel.onMessage((message) => {
    if (message.type === 'ping') {
      channel.send({ type: 'pong', id: message.id, nowNs: Number(process.hrtime.bigint() - originNs) });
    } else if (message.type === 'start') {
      begin(message).then((started) => {
        run = started;
      }, fail);
    } else if (run !== undefined) {
      finish(run, message.drainMs).catch(fail);
    }
  });
  channel.send({ type: 'ready', clock: { ...readClockIdentity(), originNs: String(originNs) } });
}

interface Run {
  readonly load: LoadRun;
  readonly ledger: Ledger;
  readonly names: NameCache;
  /** Nanoseconds since run start. */
  readonly nowNs: () => number;
}

async function begin(message: Extract<ToLoadProcess, { type: 'start' }>): Promise<Run> {
  if (message.spec.ratePerSecond !== undefined) raisePriority();
  const names = new NameCache();
  const where = { targets: message.targets, names };
  await waitUntilAccepted(where, ACCEPTED_WITHIN_MS);
  const ledger = await openLedger(message.ledgerPath);
  const nowNs = monotonicClock(BigInt(message.runStartNs));
  const load = engineNamed(message.spec.engine).start(message.spec, {
    ...where,
    nowNs,
    onRecord: (record) => ledger.write(record),
    canRecord: () => ledger.canTake(),
  });
  // What it had measured stays, as far as there is room for it.
  load.broken?.catch((error: unknown) =>
    ledger
      .flush()
      .catch(() => undefined)
      .then(() => fail(error)),
  );
  await load.sending;
  setInterval(() => channel.send({ type: 'counters', counters: load.counters() }), COUNTERS_EVERY_MS);
  channel.send({ type: 'started' });
  return { load, ledger, names, nowNs };
}

async function openLedger(path: string | null): Promise<Ledger> {
  if (path === null) return new ToldLedger(channel);
  const file = await openRequestLedgerWriter(path);
  file.failure.catch(fail);
  return {
    write: (record) => file.write(record),
    canTake: () => file.canTake(),
    flush: () => file.flush(),
    close: () => file.close().then(() => null),
  };
}

async function finish({ load, ledger, names, nowNs }: Run, drainMs: number): Promise<void> {
  const summary = await load.stop({ drainMs });
  const told = await ledger.close();
  const meant = meantAddresses(names, nowNs);
  channel.send({ type: 'stopped', summary: { ...summary, ...(meant.length > 0 && { meant }) }, told }, () =>
    process.exit(0),
  );
}

/** What names meant to the clients, on the clock of the ledger. */
function meantAddresses(names: NameCache, nowNs: () => number): readonly MeantAddress[] {
  const originNs = nowNs() - performance.now() * NS_PER_MS;
  return [...names.meant()].map(([address, untilMs]) => ({
    address,
    untilNs: Math.round(originNs + untilMs * NS_PER_MS),
  }));
}

function fail(error: unknown): void {
  channel.send(
    { type: 'failed', error: errorDetails(error, 'load-engine-failed', 'the load engine failed') },
    () => process.exit(EXIT.internal),
  );
}

main();
