import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { AppendOnlyFile } from '../history/append-only-file.ts';
import { openRequestLedgerText } from '../history/request-ledger-text.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { NS_PER_MS } from '../model/duration.ts';
import { EXIT } from '../model/exit-code.ts';
import { readClockIdentity } from '../model/read-clock-identity.ts';
import { RemoteClock, type TakenSample } from '../model/remote-clock.ts';
import type { RemoteProgram } from '../model/remote-program.ts';
import { driveLoad, type DrivenLoad, type LoadEnd, type LoadLink, type LoadOptions } from './drive-load.ts';
import type { FromLoadProcess, ToldRows, ToLoadProcess } from './load-messages.ts';
import type { LoadSummary } from './load-engine.ts';
import { newestTimeOf, shiftRowTimes } from './shift-row-times.ts';

const PING_EVERY_MS = 500;
/** Before the load starts its clock is asked so often, one question after the other. */
const FIRST_PINGS = 5;
const SILENT_MS = 10_000;

export interface RemoteLoadOptions extends LoadOptions {
  /** The load worker, wherever it runs. */
  readonly program: RemoteProgram;
  /** Called with every answer of the load's clock. */
  readonly onSample?: (sample: TakenSample & { readonly shared: boolean }) => void;
}

export interface RemoteLoad extends DrivenLoad {
  /** By how much the ledger's times may be off, ns: what is not known of the load's clock. 0: it is ours. */
  clockUncertaintyNs(): number;
}

/**
 * Starts a load in a process that only its standard streams lead to, such as one in a Pod. Its ledger comes row by row,
 * is put on the run's time line at receipt, and must in the end be, by number and by checksum, what the load says that
 * it told. Resolves when the engine runs.
 */
export async function startRemoteLoad(options: RemoteLoadOptions): Promise<RemoteLoad> {
  options.signal?.throwIfAborted();
  const link = new RemoteLink(options);
  const load = await driveLoad(link, options, () => link.startMessage());
  return { ...load, clockUncertaintyNs: () => link.clockUncertaintyNs };
}

/** The link to one remote load: clock, ledger and signs of life go through the same stream. */
class RemoteLink implements LoadLink {
  readonly #options: RemoteLoadOptions;
  readonly #program: RemoteProgram;
  readonly #hash = createHash('sha256');
  #clock: RemoteClock | null = null;
  #ledger: AppendOnlyFile | null = null;
  #rows = 0;
  /** Rows that wait until the clock was asked once more after them. */
  #waiting: string[] = [];
  #firstPings = FIRST_PINGS;
  #heardNs: number;
  #silent = false;
  clockUncertaintyNs = 0;

  constructor(options: RemoteLoadOptions) {
    this.#options = options;
    this.#program = options.program;
    this.#heardNs = this.#nowNs();
    this.#program.stdin.on('error', () => undefined); // its end is told by `follow`
  }

  send(message: ToLoadProcess): void {
    if (this.#program.stdin.writable) this.#program.stdin.write(`${JSON.stringify(message)}\n`);
  }

  kill(): void {
    this.#program.close();
  }

  startMessage(): ToLoadProcess {
    const { spec, targets, runStartNs } = this.#options;
    const clock = this.#clock;
    if (clock === null) throw new Error('a load that is not ready cannot be started');
    const origin = clock.shared ? String(runStartNs) : this.#originNs;
    return { type: 'start', spec, targets, runStartNs: origin, ledgerPath: null };
  }

  #originNs = '0';

  async follow(take: (message: FromLoadProcess) => void): Promise<LoadEnd> {
    const pings = setInterval(() => this.#ping(), PING_EVERY_MS);
    try {
      for await (const line of createInterface({ input: this.#program.stdout, crlfDelay: Infinity })) {
        this.#heardNs = this.#nowNs();
        const message = parse(line);
        // The last line may be cut by the end, which is told anyway.
        if (message !== null) await this.#take(message, take);
      }
    } catch (error) {
      this.#program.close();
      throw error;
    } finally {
      clearInterval(pings);
      await this.#ledger?.flush().catch(() => undefined); // what there is stays, as `.partial`
    }
    const how = await this.#program.ended;
    const what = this.#silent ? `said nothing for ${SILENT_MS / 1000} s` : 'ended';
    return { what: `${what} (${how})`, stderr: '' };
  }

  async #take(message: FromLoadProcess, take: (message: FromLoadProcess) => void): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#clock = new RemoteClock(readClockIdentity(), message.clock, this.#options.runStartNs);
        this.#originNs = message.clock.originNs;
        this.#ledger = await openRequestLedgerText(this.#options.ledgerPath);
        this.#ping();
        break;
      case 'pong':
        this.#pong(message.id, message.nowNs);
        if (this.#firstPings > 0 && --this.#firstPings > 0) this.#ping();
        else if (this.#firstPings === 0) {
          this.#firstPings = -1;
          take({ type: 'ready', clock: { ...readClockIdentity(), originNs: this.#originNs } });
        }
        break;
      case 'rows':
        this.#hash.update(message.text);
        for (const row of message.text.split('\n').slice(0, -1)) {
          this.#rows++;
          this.#waiting.push(row);
        }
        this.#flush(this.#clock?.settledUntilNs ?? -Infinity);
        await this.#ledger?.ready();
        break;
      case 'stopped':
        await this.#finish(message.told);
        take({ ...message, summary: this.#onRunLine(message.summary) });
        break;
      default:
        take(message);
    }
  }

  #ping(): void {
    if (this.#clock === null) return;
    const nowNs = this.#nowNs();
    if (nowNs - this.#heardNs > SILENT_MS * NS_PER_MS) {
      this.#silent = true;
      this.#program.close();
    } else this.send({ type: 'ping', id: this.#clock.asked(nowNs) });
  }

  #pong(id: number, remoteNs: number): void {
    const clock = this.#clock;
    const sample = clock?.answered(id, remoteNs, this.#heardNs);
    if (clock === null || sample == null) return;
    this.#options.onSample?.({ ...sample, shared: clock.shared });
    if (sample.contradicts) throw this.#broken('clock-moved', 'its clock moved against that of the harness');
    this.#flush(clock.settledUntilNs);
  }

  /** Writes rows that ended up to this time of the load's clock; later ones wait for the next sample. */
  #flush(untilNs: number): void {
    const clock = this.#clock;
    if (clock === null || this.#waiting.length === 0) return;
    const rows = this.#waiting;
    let ready = 0;
    while (ready < rows.length && (clock.shared || newestTimeOf(rows[ready] ?? '') <= untilNs)) ready++;
    if (ready === 0) return;
    this.#waiting = rows.slice(ready);
    const text = rows.slice(0, ready).map((row) => (clock.shared ? row : shiftRowTimes(row, this.#offsetAt)));
    this.#ledger?.append(`${text.join('\n')}\n`);
  }

  readonly #offsetAt = (remoteNs: number): number => {
    const clock = this.#clock;
    if (clock === null || clock.shared) return 0;
    const { atNs, uncertaintyNs } = clock.toRun(remoteNs);
    this.clockUncertaintyNs = Math.max(this.clockUncertaintyNs, uncertaintyNs);
    return atNs - remoteNs;
  };

  async #finish(told: ToldRows | null): Promise<void> {
    this.#flush(Infinity);
    const sha256 = this.#hash.digest('hex');
    if (told?.rows !== this.#rows || told.sha256 !== sha256) {
      const found = `${countOf(this.#rows, 'row')}, checksum ${sha256.slice(0, 12)}`;
      const expected = told === null ? 'rows that were told' : `${countOf(told.rows, 'row')}, checksum ${told.sha256.slice(0, 12)}`; // prettier-ignore
      throw this.#broken('ledger-stream-broken', `its ledger did not arrive whole`, expected, found);
    }
    await this.#ledger?.close();
  }

  #onRunLine(summary: LoadSummary): LoadSummary {
    const shift = (timeNs: number) => timeNs + this.#offsetAt(timeNs);
    return {
      ...summary,
      startNs: shift(summary.startNs),
      stopNs: shift(summary.stopNs),
      endNs: shift(summary.endNs),
      ...(summary.meant !== undefined && {
        meant: summary.meant.map(({ address, untilNs }) => ({ address, untilNs: shift(untilNs) })),
      }),
    };
  }

  #broken(code: string, what: string, expected?: string, found?: string): DrainbenchError {
    return new DrainbenchError({
      code,
      message: `load "${this.#options.spec.name}", which runs inside the cluster: ${what}`,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      fix: `What arrived is in ${this.#options.ledgerPath}.partial; the trial is void. Run it again.`,
      exitCode: EXIT.internal,
    });
  }

  #nowNs(): number {
    return Number(process.hrtime.bigint() - this.#options.runStartNs);
  }
}

function parse(line: string): FromLoadProcess | null {
  try {
    return JSON.parse(line) as FromLoadProcess;
  } catch {
    return null;
  }
}
