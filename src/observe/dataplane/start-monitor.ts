import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';

import type { EventSource } from '../../model/history-event.ts';
import { signalGroup } from '../../model/signal-process.ts';
import type { ObserveContext, Observer } from '../observer.ts';
import { splitLines, type ArrivedLine } from '../split-lines.ts';
import { LISTENING, MONITOR_SCRIPT } from './monitor-script.ts';
import type { OnNode } from './on-node.ts';

/** A command that prints what a node's kernel announces by netlink, one line an event, for as long as it runs. */
export interface MonitorCommand {
  readonly node: string;
  /** Names the observer in gaps, e.g. `routes of node1`. */
  readonly observer: string;
  readonly source: EventSource;
  readonly command: readonly string[];
  /** What the command prints, on either stream, when the kernel had to drop events for it. */
  readonly lossNotice: RegExp;
  readonly onLine: (line: ArrivedLine) => void;
  /** Events between these times are missing, and the monitor listens again: take stock of what holds now. */
  readonly onBlind?: (fromNs: number, toNs: number) => Promise<void>;
}

export interface Monitor extends Observer {
  /** Whether it hears, now, of everything that happens. */
  listens(): boolean;
}

/** A monitor that dies is started again this often; one that dies more often has a reason that will not go away. */
const MAX_RESTARTS = 3;
/** A monitor of which nothing is heard for so long is killed, and started again. */
const LISTENS_WITHIN_MS = 10_000;
/** A monitor that was told to stop and did not is killed after this. */
const STOP_GRACE_MS = 2000;

/**
 * Starts a monitor and resolves when it listens (nothing from then on is missed) or when it cannot be had. It never
 * rejects: a command that is missing, dies or loses events becomes an `observation-gap`. A monitor that died is
 * started again, so the gap ends when it listens again; the last gap ends at `stop`.
 */
export async function startMonitor(
  onNode: OnNode,
  monitor: MonitorCommand,
  context: ObserveContext,
): Promise<Monitor> {
  const running = new RunningMonitor(onNode, monitor, context);
  context.signal.addEventListener('abort', running.end, { once: true });
  await running.start();
  return {
    listens: () => running.listens,
    stop: async () => {
      context.signal.removeEventListener('abort', running.end);
      await running.stop();
    },
  };
}

/**
 * Asks the kernel to wake a monitor first: what it announces is stamped when the monitor gets to it, and on a busy machine
 * that may be long after. It needs next to no time itself. Its session is its own, so it is the session that is asked for.
 */
function wakeFirst(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, -10);
    writeFileSync(`/proc/${pid}/autogroup`, '-10');
  } catch {
    // Not allowed, no such file, or gone already: the monitor is merely later.
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

class RunningMonitor {
  readonly #onNode: OnNode;
  readonly #monitor: MonitorCommand;
  readonly #context: ObserveContext;
  #child: Child | null = null;
  #ended: Promise<void> = Promise.resolve();
  #takingStock: Promise<void> = Promise.resolve();
  #stopping = false;
  #restarts = 0;
  #listens = false;
  #blind: { readonly fromNs: number; readonly reason: string } | null = null;
  #lastLineNs: number;

  constructor(onNode: OnNode, monitor: MonitorCommand, context: ObserveContext) {
    this.#onNode = onNode;
    this.#monitor = monitor;
    this.#context = context;
    this.#lastLineNs = context.nowNs();
  }

  get listens(): boolean {
    return this.#listens;
  }

  /** Resolves when the monitor listens, or has ended without. */
  start(): Promise<void> {
    const [file, ...args] = this.#onNode(this.#monitor.node, [
      'sh',
      '-c',
      MONITOR_SCRIPT,
      'sh',
      ...this.#monitor.command,
    ]);
    // In a session of its own: Ctrl-C in the terminal is the conductor's to handle, not the monitor's.
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    wakeFirst(child.pid);
    child.stdin.on('error', () => undefined); // the monitor may be gone before it is told to go
    const gone = new Promise<string>((resolve) => {
      child.once('error', (error) => {
        resolve(error.message);
      });
      child.once('close', (code, signal) => {
        resolve(`exit ${code === null ? (signal ?? 'unknown') : String(code)}`);
      });
    });
    const late = setTimeout(() => {
      if (!this.#listens) this.#killGroup();
    }, LISTENS_WITHIN_MS);
    return new Promise((resolve) => {
      const said: string[] = [];
      const errors = this.#readErrors(child, said, resolve);
      const lines = this.#readLines(child);
      this.#ended = gone
        .then(async (how) => {
          clearTimeout(late);
          child.stdin.end();
          await Promise.all([errors, lines]);
          await this.#onEnded(how, said);
        })
        .finally(resolve);
      this.#ended.catch(() => undefined); // thrown by `stop`: it is the trial's trouble, and not the run's
    });
  }

  /** Tells the monitor to end. */
  readonly end = (): void => {
    this.#stopping = true;
    this.#child?.stdin.end();
  };

  async stop(): Promise<void> {
    this.end();
    const timer = setTimeout(() => {
      this.#killGroup();
    }, STOP_GRACE_MS);
    await this.#ended;
    clearTimeout(timer);
    await this.#takingStock;
    if (this.#blind !== null) this.#gap(this.#blind.fromNs, this.#blind.reason);
    this.#blind = null;
  }

  #killGroup(): void {
    const pid = this.#child?.pid;
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  }

  async #readErrors(child: Child, said: string[], onListening: () => void): Promise<void> {
    for await (const line of splitLines(child.stderr, this.#context.nowNs)) {
      if (line.text === LISTENING) {
        this.#sighted();
        // The first sight is waited for, with whatever stock is taken then.
        void this.#takingStock.then(onListening);
      } else if (this.#monitor.lossNotice.test(line.text)) this.#lost(line.text);
      else if (line.text !== '') said.push(line.text);
    }
  }

  async #readLines(child: Child): Promise<void> {
    const { nowNs, heldUpNs } = this.#context;
    for await (const line of splitLines(child.stdout, nowNs, heldUpNs)) {
      if (!line.complete) continue; // cut by the monitor's end
      if (this.#monitor.lossNotice.test(line.text)) {
        this.#lost(line.text);
        continue;
      }
      this.#lastLineNs = line.arrivedNs;
      this.#monitor.onLine(line);
    }
  }

  async #onEnded(how: string, said: readonly string[]): Promise<void> {
    this.#listens = false;
    if (this.#stopping) return;
    const command = this.#monitor.command.join(' ');
    this.#blind ??= {
      fromNs: this.#lastLineNs,
      reason: `\`${command}\` on ${this.#monitor.node} ended (${how})${said.length > 0 ? `: ${said.slice(-3).join(' / ')}` : ''}`,
    };
    // 127: the shell did not find the command; it will not be there next time either.
    if (how === 'exit 127' || this.#restarts >= MAX_RESTARTS) return;
    this.#restarts += 1;
    await this.start();
  }

  /** The monitor listens; if it could not before, that is now over. */
  #sighted(): void {
    this.#listens = true;
    const blind = this.#blind;
    this.#blind = null;
    if (blind === null) return;
    this.#gap(blind.fromNs, blind.reason);
    this.#takeStock(blind.fromNs);
  }

  /** The kernel dropped events; the monitor goes on with those that came after. */
  #lost(notice: string): void {
    const fromNs = this.#lastLineNs;
    this.#gap(fromNs, `the kernel dropped events for \`${this.#monitor.command.join(' ')}\`: ${notice}`);
    this.#takeStock(fromNs);
  }

  #takeStock(fromNs: number): void {
    const { onBlind } = this.#monitor;
    if (onBlind === undefined) return;
    const toNs = this.#context.nowNs();
    this.#takingStock = this.#takingStock.then(() => onBlind(fromNs, toNs));
  }

  #gap(fromNs: number, reason: string): void {
    const toNs = this.#context.nowNs();
    this.#context.record({
      type: 'observation-gap',
      atNs: toNs,
      uncertaintyNs: 0,
      source: this.#monitor.source,
      observer: this.#monitor.observer,
      fromNs,
      toNs,
      reason,
    });
  }
}
