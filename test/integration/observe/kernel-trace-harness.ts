import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import {
  startKernelTrace,
  type KernelTraceOptions,
} from '../../../src/observe/kernel-trace/start-kernel-trace.ts';
import type { ObserveContext, Observer } from '../../../src/observe/observer.ts';

export type Child = ChildProcessByStdio<Writable, Readable, null>;

export const runStartNs = process.hrtime.bigint();
export const nowNs = () => Number(process.hrtime.bigint() - runStartNs);

/** What a test has begun and its file's `afterEach` ends, last first. */
export const releases: (() => unknown)[] = [];

export async function releaseAll(): Promise<void> {
  for (const release of releases.splice(0).reverse()) await release();
}

/** Writes what is observed into a list. */
export function contextInto(events: NewHistoryEvent[]): ObserveContext {
  return {
    nowNs,
    record: (event) => void events.push(event),
    signal: new AbortController().signal,
  };
}

/** Traces the kernel into a list, from now until `stop`, or the end of the test. */
export async function traceInto(events: NewHistoryEvent[], options: KernelTraceOptions): Promise<Observer> {
  const trace = await startKernelTrace(options, contextInto(events), runStartNs);
  let stopped: Promise<void> | null = null;
  const stop = () => (stopped ??= trace.stop());
  releases.push(stop);
  return { stop };
}

/** Starts a process that ends with the test. */
export function start(command: string, args: readonly string[]): Child {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  releases.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  return child;
}

/** Waits for a line, which it returns; rejects when the output ends without it. */
export function linesOf(child: Child): (wanted: string | RegExp) => Promise<string> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (wanted) => {
    for (;;) {
      const line = await lines.next();
      if (line.done === true) throw new Error(`the process ended without saying "${String(wanted)}"`);
      if (typeof wanted === 'string' ? line.value === wanted : wanted.test(line.value)) return line.value;
    }
  };
}

export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '')
    .map(Number);
}

/** A port that nobody listens on now: files of tests run side by side, and so may two suites. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
