import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { LiveCounters, LoadRun, LoadSummary, LoadTarget, TrialLoad } from './load-engine.ts';
import type { FromLoadProcess, ToLoadProcess } from './load-messages.ts';

export interface LoadOptions {
  readonly spec: TrialLoad;
  readonly targets: readonly LoadTarget[];
  /** `process.hrtime.bigint()` at run start. */
  readonly runStartNs: bigint;
  /** Where requests.csv shall be; written as `<path>.partial` until the load has stopped. */
  readonly ledgerPath: string;
  /** Called about five times a second. */
  readonly onCounters?: (counters: LiveCounters) => void;
  /** Aborting stops the load at once (`drainMs: 0`) and still closes the ledger. */
  readonly signal?: AbortSignal;
}

/** A load that runs in a process of its own, here or elsewhere. */
export interface DrivenLoad extends LoadRun {
  /**
   * Resolves when the load was stopped and its ledger is whole; rejects as soon as the process failed or died
   * (`load-process-died`, `history-not-written`, …). What it had written is then in `<ledgerPath>.partial`.
   */
  readonly ended: Promise<LoadSummary>;
  /** Ends the process without ceremony, e.g. when clean-up must not wait. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** The way to a load process: a seam, for it may be a child of this process or run in a Pod. */
export interface LoadLink {
  send(message: ToLoadProcess): void;
  /** Takes each message, one after another, until the process is gone; then says how it ended. */
  follow(take: (message: FromLoadProcess) => void): Promise<LoadEnd>;
  kill(): void;
}

export interface LoadEnd {
  /** In words: `exited 1`, `died of SIGKILL`. */
  readonly what: string;
  readonly stderr: string;
  readonly cause?: unknown;
}

const NO_COUNTERS: LiveCounters = {
  intended: 0,
  inFlight: 0,
  byOutcome: {
    ok: 0,
    'http-error': 0,
    'name-unresolved': 0,
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
};
/** After the drain a load process has this long to close its ledger before it counts as stuck and is killed. */
const STOP_GRACE_MS = 20_000;

/**
 * Starts the load at the other end of a link, and keeps its books. Resolves when its engine runs.
 *
 * @param start what `start` shall say once the process is ready
 */
export async function driveLoad(
  link: LoadLink,
  options: LoadOptions,
  start: () => ToLoadProcess,
): Promise<DrivenLoad> {
  let counters = NO_COUNTERS;
  let stopping = false;
  let onStarted: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    onStarted = resolve;
  });
  let summary: LoadSummary | undefined;
  let failure: DrainbenchError | undefined;
  const gone = link.follow((message) => {
    if (message.type === 'ready') link.send(start());
    else if (message.type === 'started') onStarted();
    else if (message.type === 'stopped') summary = message.summary;
    else if (message.type === 'failed') failure = new DrainbenchError(message.error);
    else if (message.type === 'counters') {
      counters = message.counters;
      options.onCounters?.(counters);
    }
  });
  const ended = gone.then((end) => {
    if (summary === undefined) throw failure ?? died(options, end);
    counters = summary;
    return summary;
  });
  ended.catch(() => undefined);
  const exited = gone.then(
    () => undefined,
    () => undefined,
  );

  const stop = ({ drainMs }: { readonly drainMs: number }): Promise<LoadSummary> => {
    if (!stopping) {
      stopping = true;
      link.send({ type: 'stop', drainMs });
      const stuck = setTimeout(() => link.kill(), drainMs + STOP_GRACE_MS);
      void exited.then(() => clearTimeout(stuck));
    }
    return ended;
  };
  const abort = (): void => void stop({ drainMs: 0 }).catch(() => undefined);
  // What it waits for before it starts may take long; there is no ledger yet.
  const giveUp = (): void => link.kill();
  options.signal?.addEventListener('abort', giveUp, { once: true });
  await Promise.race([started, ended]).finally(() => options.signal?.removeEventListener('abort', giveUp));
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted === true) abort();
  void exited.then(() => options.signal?.removeEventListener('abort', abort));

  return {
    ended,
    stop,
    counters: () => counters,
    kill: () => {
      link.kill();
      return exited;
    },
  };
}

function died(options: LoadOptions, { what, stderr, cause }: LoadEnd): DrainbenchError {
  return new DrainbenchError({
    code: 'load-process-died',
    message: `the process of load "${options.spec.name}" ${what} before it was stopped`,
    fix: `What it had measured is in ${options.ledgerPath}.partial; the trial is void. Run it again.`,
    exitCode: EXIT.internal,
    ...(stderr === '' ? {} : { detail: stderr }),
    ...(cause === undefined ? {} : { cause }),
  });
}
