import { readFileSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';

import { countOf } from '../../model/count-of.ts';
import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import type { ObserveContext } from '../observer.ts';
import { ContainerMap } from './container-map.ts';
import { LastReads } from './last-reads.ts';
import { pidsAreHostPids } from './pids-are-host-pids.ts';
import { parsePrintFormat, type PrintFormat } from './print-format.ts';
import type { TraceInstance } from './trace-instance.ts';
import { isLostLine, parseTraceLine, type TraceLine } from './trace-line.ts';
import { TRACED_EVENTS, type TracedEvent, type TraceScope } from './traced-events.ts';

/** How long an event waits in the buffer: short enough to find the process of most signals still alive. */
const READ_EVERY_MS = 50;
/** How often the containers' processes are listed and the loss counters read. */
const SCAN_EVERY_MS = 2000;
/** The kernel hands out what fits into two pages at a time. */
const CHUNK_BYTES = 16 * 1024;
/** Reading the clock before and after is exact; the trace's fast monotonic clock may be off by some ns, plus rounding. */
const CLOCK_TOLERANCE_NS = 10_000;
const MARK = 'drainbench clock check';

const ATTACH = 'cgroup/cgroup_attach_task';

/**
 * One trace at work: reads an instance, turns lines into events, and watches for what was lost. Longer than most files:
 * until when nothing is missing depends on every step of reading, so the steps share their state.
 */
export class KernelTrace {
  readonly #instance: TraceInstance;
  readonly #scope: TraceScope;
  readonly #context: ObserveContext;
  readonly #runStart: { readonly seconds: number; readonly ns: number };
  readonly #startNs: number;
  readonly #containers = new ContainerMap();
  readonly #reads = new LastReads();
  readonly #readers = new Map<string, (line: TraceLine) => void>();
  readonly #buffer = Buffer.alloc(CHUNK_BYTES);
  readonly #decoder = new StringDecoder('utf8');
  readonly #misses: string[] = [];
  #lacking = 0;
  #rest = '';
  #markedNs: number | null = null;
  #working: Promise<void> = Promise.resolve();
  #stopping = false;
  readonly #stopped = new AbortController();
  /** Everything before these moments was read, or lost and reported: at the last read, and at the last count. */
  #wholeUntilNs: number;
  #countedUntilNs: number;
  #sawLostLine = false;
  #lost = 0;
  #nextScanNs = 0;
  #outside = { signals: 0, exits: 0 };
  #failure: string | null = null;

  constructor(instance: TraceInstance, scope: TraceScope, context: ObserveContext, runStartNs: bigint) {
    this.#instance = instance;
    this.#scope = scope;
    this.#context = context;
    const perSecond = BigInt(NS_PER_S);
    this.#runStart = { seconds: Number(runStartNs / perSecond), ns: Number(runStartNs % perSecond) };
    this.#startNs = context.nowNs();
    this.#wholeUntilNs = this.#countedUntilNs = this.#startNs;
  }

  /** Rejects when not a single event can be traced, or on another clock than ours. */
  async start(): Promise<void> {
    await this.#checkClock();
    await this.#containers.scan();
    await this.#followContainers();
    for (const traced of TRACED_EVENTS) await this.#enable(traced);
    if (this.#readers.size === 0 && this.#lacking >= TRACED_EVENTS.length)
      throw new Error('this kernel has none of the events');
    this.#working = this.#work();
  }

  /** Notes something that this trace cannot see; it becomes a gap from beginning to end. */
  misses(what: string): void {
    this.#misses.push(what);
  }

  async stop(): Promise<void> {
    try {
      this.#stopping = true;
      this.#stopped.abort();
      await this.#working;
      if (this.#failure === null) {
        await this.#instance.halt();
        while (!(await this.#drain()));
        await this.#count();
      }
    } catch (error) {
      this.#failure ??= String(error);
    } finally {
      try {
        this.#sayWhatIsMissing();
      } finally {
        await this.abandon();
      }
    }
  }

  /** Never rejects: what cannot be removed is for `sweepTraceInstances`, once this process has ended. */
  async abandon(): Promise<void> {
    this.#stopping = true;
    await this.#instance.remove().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#note(`the trace instance ${this.#instance.name} could not be removed: ${reason}`);
    });
  }

  /** The trace's clock must be that of `process.hrtime`: a mark of our own must carry the time at which it was made. */
  async #checkClock(): Promise<void> {
    const before = this.#context.nowNs();
    await this.#instance.mark(MARK);
    const after = this.#context.nowNs();
    await this.#drain();
    const marked: number | null = this.#markedNs;
    if (marked === null) throw new Error('a mark written into the trace did not come out of it');
    if (marked < before - CLOCK_TOLERANCE_NS || marked > after + CLOCK_TOLERANCE_NS) {
      throw new Error(`its clock is not the harness' clock: ${(marked - before) / NS_PER_MS} ms apart`);
    }
  }

  /** Learns of every process that enters a Pod's cgroup at that moment. Without this event the scans must do. */
  async #followContainers(): Promise<void> {
    const format = await this.#formatOf(ATTACH, ['pid', 'dst_path']);
    if (format === null) return;
    await this.#instance.enable(ATTACH, 'dst_path ~ "*kubepods*"');
    this.#readers.set('cgroup_attach_task', (line) => {
      const fields = format.parse(line.text);
      if (fields !== null) this.#containers.attached(Number(fields['pid']), fields['dst_path'] ?? '');
    });
  }

  /** `false` where this kernel's form of the event cannot be read. */
  async #enable(traced: TracedEvent): Promise<boolean> {
    const format = await this.#formatOf(traced.event, traced.needs);
    if (format === null) {
      this.#lacking++;
      const what = `${traced.tells}: this kernel has no ${traced.event} that could be read`;
      if (traced.optional === true) this.#note(`the kernel does not tell ${what}`);
      else this.misses(what);
      return false;
    }
    const filter = traced.filter(this.#scope, format.fields);
    if (filter === false) return true;
    await this.#instance.enable(traced.event, filter);
    const lacks = traced.lacks?.(format.printed) ?? null;
    if (lacks !== null) this.misses(lacks);
    this.#readers.set(traced.event.slice(traced.event.indexOf('/') + 1), (line) =>
      this.#record(traced, format, line),
    );
    return true;
  }

  async #formatOf(event: string, needs: readonly string[]): Promise<PrintFormat | null> {
    const text = await this.#instance.format(event);
    const format = text === null ? null : parsePrintFormat(text);
    return format !== null && needs.every((name) => format.printed.has(name)) ? format : null;
  }

  async #work(): Promise<void> {
    try {
      while (!this.#stopping) {
        await this.#drain();
        if (this.#sawLostLine) await this.#count(this.#wholeUntilNs);
        await this.#containers.look();
        await this.#scanNowAndThen();
        await sleep(READ_EVERY_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  async #scanNowAndThen(): Promise<void> {
    const nowNs = this.#context.nowNs();
    if (nowNs < this.#nextScanNs) return;
    this.#nextScanNs = nowNs + SCAN_EVERY_MS * NS_PER_MS;
    await this.#containers.scan();
    await this.#count();
  }

  /** Reads until the buffer is empty (true), or as long as a scan may wait: it may fill as fast as it is emptied. */
  async #drain(): Promise<boolean> {
    const fromNs = this.#context.nowNs();
    for (;;) {
      const { bytesRead } = await this.#instance.pipe.read(this.#buffer, 0, CHUNK_BYTES, null).catch(ifEmpty);
      if (bytesRead === 0) break;
      const lines = (this.#rest + this.#decoder.write(this.#buffer.subarray(0, bytesRead))).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#handle(line);
      if (this.#context.nowNs() - fromNs > SCAN_EVERY_MS * NS_PER_MS) return false;
    }
    if (!this.#sawLostLine) this.#wholeUntilNs = fromNs;
    return true;
  }

  #handle(text: string): void {
    if (isLostLine(text)) {
      this.#sawLostLine = true;
      return;
    }
    const line = parseTraceLine(text);
    if (line === null) return;
    if (line.event === 'tracing_mark_write' && line.text === MARK) this.#markedNs = this.#timeOf(line);
    this.#readers.get(line.event)?.(line);
  }

  #record(traced: TracedEvent, format: PrintFormat, line: TraceLine): void {
    const fields = format.parse(line.text);
    if (fields === null) throw new Error(`a line of ${traced.event} is not of its format: ${line.text}`);
    const reading = traced.read({
      line,
      fields,
      atNs: this.#timeOf(line),
      scope: this.#scope,
      reads: this.#reads,
      containerOf: (pid) => this.#containers.of(pid),
      processOf,
      innerPidOf: (pid) => this.#containers.innerPid(pid),
    });
    if (line.event === 'sched_process_exit') this.#containers.exited(line.tgid ?? line.tid);
    if (reading === 'outside') this.#outside[line.event === 'sched_process_exit' ? 'exits' : 'signals']++;
    else if (reading !== 'irrelevant') this.#context.record(reading);
  }

  #timeOf(line: TraceLine): number {
    return (line.seconds - this.#runStart.seconds) * NS_PER_S + (line.ns - this.#runStart.ns);
  }

  /** Holds the kernel's loss counters against what was reported; a new loss is a gap since all was last whole. */
  async #count(lossFromNs = this.#countedUntilNs): Promise<void> {
    const lost = await this.#instance.countLost();
    const newly = lost - this.#lost;
    const nowNs = this.#context.nowNs();
    if (newly > 0)
      this.#gap(
        lossFromNs,
        nowNs,
        `${countOf(newly, 'event was', 'events were')} lost: the trace buffer was overrun`,
      );
    this.#lost = lost;
    this.#sawLostLine = false;
    this.#countedUntilNs = newly > 0 ? nowNs : this.#wholeUntilNs;
  }

  #sayWhatIsMissing(): void {
    const nowNs = this.#context.nowNs();
    for (const what of this.#misses) this.#gap(0, nowNs, `the kernel does not tell ${what}`);
    if (this.#failure !== null) {
      this.#gap(this.#wholeUntilNs, nowNs, `reading the kernel trace failed: ${this.#failure}`);
    }
    const { signals, exits } = this.#outside;
    if (signals + exits === 0) return;
    this.#note(`not recorded, as of processes in no known container: ${signals} signals, ${exits} exits`);
  }

  #note(message: string): void {
    const atNs = this.#context.nowNs();
    this.#context.record({ type: 'note', atNs, uncertaintyNs: 0, source: 'kernel-trace', message });
  }

  #gap(fromNs: number, toNs: number, reason: string): void {
    this.#context.record({
      type: 'observation-gap',
      atNs: toNs,
      uncertaintyNs: 0,
      source: 'kernel-trace',
      observer: 'kernel-trace',
      fromNs,
      toNs,
      reason,
    });
  }
}

function ifEmpty(error: unknown): { bytesRead: number } {
  if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return { bytesRead: 0 };
  throw error;
}

/** The process of a thread; the thread itself when it is gone, or numbered otherwise here. */
function processOf(tid: number): number {
  if (!pidsAreHostPids()) return tid;
  try {
    const status = readFileSync(`/proc/${tid}/status`, 'utf8');
    return Number(/^Tgid:\t(\d+)$/m.exec(status)?.[1] ?? tid);
  } catch {
    return tid; // ENOENT or ESRCH
  }
}
