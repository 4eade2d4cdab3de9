import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rmdir, writeFile, type FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { nextInstanceName } from './instance-name.ts';

/** Memory for all CPUs together, and its limits for one CPU. A busy CPU writes some MB a second. */
const BUFFER_KB = { total: 64 * 1024, least: 1024, most: 4096 };
/** Whatever the host set for itself: lines are read in this form. Options that a kernel lacks are off anyway. */
const OPTIONS = [
  'context-info',
  'irq-info',
  'record-cmd',
  'record-tgid',
  'overwrite',
  'markers',
  'nolatency-format',
  'noraw',
  'nohex',
  'nobin',
  'nofields',
  'nostacktrace',
  'nouserstacktrace',
];
const REMOVE_WITHIN_MS = 2000;

/** A trace buffer of our own: other users of the kernel's tracing neither see it nor disturb it. */
export interface TraceInstance {
  readonly name: string;
  /** Reads without waiting: EAGAIN when there is nothing to read. */
  readonly pipe: FileHandle;
  /** The `format` file of an event such as `signal/signal_generate`; `null` where the kernel has none. */
  format(event: string): Promise<string | null>;
  enable(event: string, filter: string | null): Promise<void>;
  /** Writes a line of our own among the events. */
  mark(text: string): Promise<void>;
  /** Nothing is recorded any more; what is in the buffer can still be read. */
  halt(): Promise<void>;
  /** Events that were lost since the instance was made, on all CPUs. */
  countLost(): Promise<number>;
  remove(): Promise<void>;
}

/** Makes an instance on the monotonic clock, which is that of `process.hrtime`. `bufferKb` is for one CPU. */
export async function makeTraceInstance(
  tracefsPath: string,
  bufferKb = kilobytesPerCpu(availableParallelism()),
): Promise<TraceInstance> {
  const name = nextInstanceName();
  const folder = join(tracefsPath, 'instances', name);
  await mkdir(folder);
  try {
    await writeFile(join(folder, 'trace_clock'), 'mono');
    await writeFile(join(folder, 'buffer_size_kb'), String(bufferKb));
    for (const option of OPTIONS)
      await writeFile(join(folder, 'trace_options'), option).catch(() => undefined);
    const pipe = await open(join(folder, 'trace_pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
    return instanceIn(name, folder, pipe);
  } catch (error) {
    await rmdir(folder).catch(() => undefined); // why there is no trace is in the other error
    throw error;
  }
}

export function kilobytesPerCpu(cpus: number): number {
  return Math.max(BUFFER_KB.least, Math.min(BUFFER_KB.most, Math.floor(BUFFER_KB.total / cpus)));
}

/** Sum of what one `per_cpu/cpuN/stats` file counts as lost. */
export function lostInStats(stats: string): number {
  let lost = 0;
  for (const match of stats.matchAll(/^(?:overrun|commit overrun|dropped events): (\d+)$/gm))
    lost += Number(match[1]);
  return lost;
}

function instanceIn(name: string, folder: string, pipe: FileHandle): TraceInstance {
  return {
    name,
    pipe,
    format: (event) => readFile(join(folder, 'events', event, 'format'), 'utf8').catch(() => null),
    enable: async (event, filter) => {
      const settings = join(folder, 'events', event);
      if (filter !== null) await writeFile(join(settings, 'filter'), filter);
      await writeFile(join(settings, 'enable'), '1');
    },
    mark: (text) => writeFile(join(folder, 'trace_marker'), text),
    halt: () => writeFile(join(folder, 'tracing_on'), '0'),
    countLost: async () => {
      const cpus = await readdir(join(folder, 'per_cpu'));
      const stats = await Promise.all(
        cpus.map((cpu) => readFile(join(folder, 'per_cpu', cpu, 'stats'), 'utf8')),
      );
      return stats.reduce((sum, text) => sum + lostInStats(text), 0);
    },
    remove: async () => {
      await pipe.close();
      await removeFolder(folder);
    },
  };
}

/** The kernel lets go of an instance some moments after the last file of it was closed. */
async function removeFolder(folder: string): Promise<void> {
  const deadline = performance.now() + REMOVE_WITHIN_MS;
  for (;;) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const busy = (error as NodeJS.ErrnoException).code === 'EBUSY';
      if (!busy || performance.now() > deadline) throw error;
    }
    await sleep(10);
  }
}
