import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { LoadSpec } from '../model/scenario.ts';
import type { LiveCounters, LoadRun, LoadSummary, LoadTarget } from './load-engine.ts';
import type { FromLoadProcess, ToLoadProcess } from './load-messages.ts';

export interface LoadProcessOptions {
  readonly spec: LoadSpec;
  readonly targets: readonly LoadTarget[];
  /** `process.hrtime.bigint()` at run start: the child's times are on the same clock. */
  readonly runStartNs: bigint;
  /** Where requests.csv shall be; written as `<path>.partial` until the load has stopped. */
  readonly ledgerPath: string;
  /** Called about five times a second. */
  readonly onCounters?: (counters: LiveCounters) => void;
  /** Aborting stops the load at once (`drainMs: 0`) and still closes the ledger. */
  readonly signal?: AbortSignal;
}

export interface LoadProcess extends LoadRun {
  readonly pid: number;
  /**
   * Resolves when the load was stopped and its ledger is whole; rejects as soon as the process failed or died
   * (`load-process-died`, `history-not-written`, …). What it had written is then in `<ledgerPath>.partial`.
   */
  readonly ended: Promise<LoadSummary>;
  /** Ends the process without ceremony, e.g. when clean-up must not wait. Resolves when it is gone. */
  kill(): Promise<void>;
}

const NO_COUNTERS: LiveCounters = {
  intended: 0,
  inFlight: 0,
  byOutcome: {
    ok: 0,
    'http-error': 0,
    refused: 0,
    unreachable: 0,
    'connect-timeout': 0,
    reset: 0,
    'closed-early': 0,
    truncated: 0,
    'response-timeout': 0,
    censored: 0,
    'not-sent': 0,
  },
  connections: 0,
  idleCloses: 0,
  unsolicited: 0,
  skippedSlots: 0,
};
const STDERR_KEPT = 4000;
/** After the drain a load process has this long to close its ledger before it counts as stuck and is killed. */
const STOP_GRACE_MS = 20_000;

/** Starts a load in a process of its own. Resolves when its engine runs. */
export async function startLoadProcess(options: LoadProcessOptions): Promise<LoadProcess> {
  options.signal?.throwIfAborted();
  const child = forkWorker();
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  let counters = NO_COUNTERS;
  let stopping = false;
  let onStarted: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    onStarted = resolve;
  });
  const ended = new Promise<LoadSummary>((resolve, reject) => {
    let summary: LoadSummary | undefined;
    let failure: DrainbenchError | undefined;
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    });
    child.on('message', (message: FromLoadProcess) => {
      if (message.type === 'ready') tell(child, startMessage(options));
      else if (message.type === 'started') onStarted();
      else if (message.type === 'stopped') summary = message.summary;
      else if (message.type === 'failed') failure = new DrainbenchError(message.error);
      else {
        counters = message.counters;
        options.onCounters?.(counters);
      }
    });
    child.once('error', (cause) => reject(died(options, 'could not be started', stderr, cause)));
    // `close` comes after the last line of stderr, `exit` may come before.
    child.once('close', (code, signal) => {
      if (summary !== undefined) {
        counters = summary;
        resolve(summary);
      } else {
        reject(
          failure ?? died(options, signal === null ? `exited ${code ?? '?'}` : `died of ${signal}`, stderr),
        );
      }
    });
  });
  ended.catch(() => undefined);

  const stop = ({ drainMs }: { readonly drainMs: number }): Promise<LoadSummary> => {
    if (!stopping) {
      stopping = true;
      tell(child, { type: 'stop', drainMs });
      const stuck = setTimeout(() => child.kill('SIGKILL'), drainMs + STOP_GRACE_MS);
      void exited.then(() => clearTimeout(stuck));
    }
    return ended;
  };
  const abort = (): void => void stop({ drainMs: 0 }).catch(() => undefined);
  await Promise.race([started, ended]);
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();
  void exited.then(() => options.signal?.removeEventListener('abort', abort));

  return {
    pid: child.pid ?? 0,
    ended,
    stop,
    counters: () => counters,
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
}

/** The sibling file with this file's own extension: .ts from src/, .js from dist/. */
function forkWorker(): ChildProcess {
  const worker = new URL(`./load-worker${extname(import.meta.url)}`, import.meta.url);
  return fork(worker, {
    // A session of its own: the terminal's Ctrl-C goes to the parent alone, from the very first moment.
    detached: true,
    execArgv: [],
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function startMessage(options: LoadProcessOptions): ToLoadProcess {
  const { spec, targets, runStartNs, ledgerPath } = options;
  return { type: 'start', spec, targets, runStartNs: String(runStartNs), ledgerPath };
}

/** A child that is gone cannot be told; its end is reported by `ended`. */
function tell(child: ChildProcess, message: ToLoadProcess): void {
  if (child.connected) child.send(message, () => undefined);
}

function died(options: LoadProcessOptions, what: string, stderr: string, cause?: unknown): DrainbenchError {
  return new DrainbenchError({
    code: 'load-process-died',
    message: `the process of load "${options.spec.name}" ${what} before it was stopped`,
    fix: `What it had measured is in ${options.ledgerPath}.partial; the trial is void. Run it again.`,
    exitCode: EXIT.internal,
    ...(stderr === '' ? {} : { detail: stderr }),
    ...(cause === undefined ? {} : { cause }),
  });
}
