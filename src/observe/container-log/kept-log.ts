import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { countOf } from '../../model/count-of.ts';
import type { ObserveContext } from '../observer.ts';
import { readStamp, type StampClock } from '../read-stamp.ts';
import type { FollowedContainer } from './followed-container.ts';
import { LOG_BOUNDS } from './log-bounds.ts';
import { recordContainerLog } from './record-container-log.ts';

interface Fault {
  readonly sinceNs: number;
  readonly reason: string;
}

/** A container's log as it is kept: its lines in a file of ours, the app's stamps among them recorded. */
export class KeptLog {
  /** Whole lines so far. */
  lines = 0;
  /** Of these only the beginning is kept. */
  cutLines = 0;
  readonly #container: FollowedContainer;
  readonly #clock: StampClock;
  readonly #context: ObserveContext;
  readonly #file: WriteStream;
  /** Lines may be missing since then. */
  #broken: Fault | null = null;
  /** What came since then is not in the file. */
  #unwritten: Fault | null = null;
  #keptBytes = 0;
  /** The second in which so many bytes have been read. */
  #second = { sinceMs: -Infinity, bytes: 0 };
  #isBehind = false;

  constructor(container: FollowedContainer, clock: StampClock, context: ObserveContext) {
    this.#container = container;
    this.#clock = clock;
    this.#context = context;
    this.#file = createWriteStream(container.file, { flags: 'wx' });
    this.#file.on('error', ({ message }) => {
      this.#unwritten ??= { sinceNs: context.nowNs(), reason: message };
    });
  }

  /** Takes lines, each with its newline. What they are read from may be used again when this resolves. */
  async append(lines: readonly Buffer[]): Promise<void> {
    if (lines.length === 0) return;
    this.lines += lines.length;
    for (const line of lines) this.#recordStamp(line.toString('utf8', 0, line.length - 1));
    // What could not be written has been noted: the stamps that come are evidence all the same.
    if (this.#unwritten !== null) return;
    const bytes = Buffer.concat(lines);
    this.#keptBytes += bytes.length;
    if (this.#keptBytes > LOG_BOUNDS.keptBytes) {
      const reason = `it is larger than ${LOG_BOUNDS.keptBytes / 2 ** 20} MiB: what follows is not kept`;
      this.#unwritten = { sinceNs: this.#context.nowNs(), reason };
      return;
    }
    if (this.#file.write(bytes)) return;
    await once(this.#file, 'drain').catch(() => undefined);
  }

  /** Waits where more is read than LOG_BOUNDS allow in a second. Ends at once when `signal` aborts. */
  async pace(bytes: number, signal: AbortSignal): Promise<void> {
    const elapsedMs = performance.now() - this.#second.sinceMs;
    if (elapsedMs > 1000) this.#second = { sinceMs: performance.now(), bytes };
    else this.#second.bytes += bytes;
    if (this.#second.bytes <= LOG_BOUNDS.bytesPerSecond || signal.aborted) return;
    if (!this.#isBehind) this.#note(`writes more than ${LOG_BOUNDS.bytesPerSecond / 2 ** 20} MiB a second: its log is read no faster, and what the kubelet removes meanwhile is missing`); // prettier-ignore
    this.#isBehind = true;
    await sleep(1000 - elapsedMs, undefined, { signal }).catch(() => undefined);
  }

  /** From now on lines may be missing. */
  broken(reason: string): void {
    this.#broken = { sinceNs: this.#broken?.sinceNs ?? this.#context.nowNs(), reason };
  }

  /** All lines that there are by now have been appended, also those that had seemed to be missing. */
  whole(): void {
    this.#broken = null;
  }

  /** `ended`: it was read to its end, and its container has ended. What is missing is an `observation-gap`. */
  async close(ended: boolean): Promise<void> {
    this.#file.end();
    // An error has been noted by then.
    await finished(this.#file).catch(() => undefined);
    if (this.cutLines > 0)
      this.#note(`wrote ${countOf(this.cutLines, 'line')} of more than ${LOG_BOUNDS.lineBytes / 2 ** 10} KiB: the rest of each is not kept`); // prettier-ignore
    const fault = this.#broken ?? this.#unwritten;
    if (fault === null && ended) recordContainerLog(this.#context, this.#container, { stage: 'ended' });
    if (fault === null || this.#context.signal.aborted) return;
    const toNs = this.#context.nowNs();
    this.#context.record({
      type: 'observation-gap',
      atNs: toNs,
      uncertaintyNs: 0,
      source: 'app-log',
      observer: `log of ${this.#container.pod}`,
      fromNs: fault.sinceNs,
      toNs,
      reason: fault.reason,
    });
  }

  #note(what: string): void {
    const { pod, name } = this.#container;
    const at = { atNs: this.#context.nowNs(), uncertaintyNs: 0 };
    this.#context.record({ type: 'note', ...at, source: 'app-log', message: `${name} in ${pod} ${what}` });
  }

  #recordStamp(text: string): void {
    const stamp = readStamp(text, this.#clock);
    if (stamp === null) return;
    const { pod, podUid, name } = this.#container;
    this.#context.record({ type: 'app-stamp', source: 'app-log', pod, podUid, container: name, ...stamp });
  }
}
