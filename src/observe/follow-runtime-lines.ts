import { setTimeout as sleep } from 'node:timers/promises';

import { startBoundProcess } from './runtime-events-process.ts';
import { parseRuntimeLine, type RuntimeLine } from './runtime-events-line.ts';
import { splitLines } from './split-lines.ts';

/** A time in which events may have been missed, in ns since run start; `Infinity`: to the end. */
export interface RuntimeGap {
  readonly fromNs: number;
  readonly toNs: number;
  readonly reason: string;
}

export interface RuntimeLines {
  /** Ends the command; resolves when its last line has been handed over. */
  stop(): Promise<readonly RuntimeGap[]>;
}

const RETRY_MS = 500;
/** In a row, without a single event: what has not come back by then is not there. */
const MOST_RETRIES = 20;

/**
 * Runs a command that prints containerd's events, and starts it again where it ends by itself, as it does when the
 * runtime is restarted. Nothing tells that it listens again but an event: until then it is a gap.
 */
export function followRuntimeLines(
  command: readonly [string, ...string[]],
  nowNs: () => number,
  onLine: (line: RuntimeLine) => Promise<void>,
): RuntimeLines {
  const gaps: RuntimeGap[] = [];
  const stopping = new AbortController();
  const { signal } = stopping;
  let lastNs = nowNs();
  let blind: { readonly sinceNs: number; readonly reason: string } | null = null;
  let retries = 0;
  let running = startBoundProcess(command);

  async function read(): Promise<void> {
    for await (const { text, complete, arrivedNs } of splitLines(running.stdout, nowNs)) {
      const line = complete ? parseRuntimeLine(text) : undefined;
      if (line === undefined) {
        const reason = `not an event of containerd: ${text.slice(0, 200)}`;
        if (!signal.aborted) gaps.push({ fromNs: lastNs, toNs: arrivedNs, reason });
      } else {
        if (blind !== null) gaps.push({ fromNs: blind.sinceNs, toNs: arrivedNs, reason: blind.reason });
        blind = null;
        retries = 0;
        if (line !== null) await onLine(line);
      }
      lastNs = arrivedNs;
    }
  }

  async function follow(): Promise<void> {
    for (;;) {
      await read();
      const { killed, notFound, reason } = await running.ended;
      if (killed) return;
      blind ??= { sinceNs: lastNs, reason };
      if (notFound || retries === MOST_RETRIES) return;
      retries += 1;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      running = startBoundProcess(command);
    }
  }

  const following = follow();
  following.catch(() => undefined); // thrown by `stop`: it is the trial's trouble, and not the run's
  return {
    stop: async () => {
      stopping.abort();
      await running.stop();
      await following;
      return blind === null
        ? gaps
        : [...gaps, { fromNs: blind.sinceNs, toNs: Infinity, reason: blind.reason }];
    },
  };
}
