import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const SERVER = resolve(import.meta.dirname, '../../../scenarios/apps/http/server.js');
const DEADLINE_MS = 20_000;

export type Line = Readonly<Record<string, unknown>>;

/** One row of the app's ledger, by column name. */
export type LedgerRow = Readonly<Record<string, string | number | null>>;

/** The sample app as a real process with real sockets, and every line it wrote. */
export interface RunningApp extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly port: number;
  readonly lines: readonly Line[];
  stamps(): string[];
  stamp(name: string): Line | undefined;
  ledger(): LedgerRow[];
  /** Waits until the app wrote the stamp, and returns it. */
  stamped(name: string): Promise<Line>;
  signal(signal: NodeJS.Signals): void;
  /** Waits for the end of the process and of its output. */
  exited(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface AppOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Command and arguments before `node server.js`; default: none. */
  readonly prefix?: readonly string[];
  /** The whole command instead, e.g. a shell. `$SERVER` in the environment is the server's path. */
  readonly command?: readonly string[];
  /** Which pid gets the signals; default: the process started. */
  readonly signalled?: (app: RunningApp) => number | undefined;
}

export async function runApp(options: AppOptions = {}): Promise<RunningApp> {
  const command = options.command ?? [...(options.prefix ?? []), process.execPath, SERVER];
  const [program, ...args] = command;
  const child = spawn(program ?? '', args, {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      POD_NAME: 'pod-1',
      POD_UID: 'uid-1',
      SERVER,
      NODE: process.execPath,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((line) => JSON.parse(line) as Line));
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;

  const stamp = (name: string) => lines.find((line) => line['stamp'] === name);
  const stamped = async (name: string) => {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const found = stamp(name);
      if (found !== undefined) return found;
      if (Date.now() > deadline || child.exitCode !== null) throw new Error(`the app never stamped ${name}`);
      await delay(5);
    }
  };
  const app: RunningApp = {
    process: child,
    get port() {
      return Number(stamp('listening')?.['port']);
    },
    lines,
    stamps: () => lines.flatMap((line) => (typeof line['stamp'] === 'string' ? [line['stamp']] : [])),
    stamp,
    stamped,
    ledger: () => lines.filter((line) => line['drainbench'] === 'requests').flatMap(rowsOf),
    signal: (signal) => {
      const pid = options.signalled === undefined ? child.pid : options.signalled(app);
      if (pid === undefined) throw new Error('there is no process to signal');
      process.kill(pid, signal);
    },
    exited: async () => {
      const [code, signal] = await ended;
      return { code, signal };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
  await stamped('ready');
  return app;
}

function rowsOf(line: Line): LedgerRow[] {
  const columns = line['columns'] as string[];
  return (line['rows'] as (string | number | null)[][]).map((row) =>
    Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])),
  );
}
