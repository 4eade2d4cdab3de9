import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

import type { ObserveContext } from '../observer.ts';
import { readStamp, type StampClock } from '../read-stamp.ts';
import type { FollowedContainer } from './followed-container.ts';
import { recordContainerLog } from './record-container-log.ts';

interface Fault {
  readonly sinceNs: number;
  readonly reason: string;
}

/** A container's log as it is kept: its lines in a file of ours, the app's stamps among them recorded. */
export class KeptLog {
  /** Whole lines so far. */
  lines = 0;
  readonly #container: FollowedContainer;
  readonly #clock: StampClock;
  readonly #context: ObserveContext;
  readonly #file: WriteStream;
  /** Lines may be missing since then. */
  #broken: Fault | null = null;
  /** What came since then is not in the file. */
  #unwritten: Fault | null = null;

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
    if (this.#unwritten !== null || this.#file.write(Buffer.concat(lines))) return;
    await once(this.#file, 'drain').catch(() => undefined);
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

  #recordStamp(text: string): void {
    const stamp = readStamp(text, this.#clock);
    if (stamp === null) return;
    const { pod, podUid, name } = this.#container;
    this.#context.record({ type: 'app-stamp', source: 'app-log', pod, podUid, container: name, ...stamp });
  }
}
