import type { KubeConfig } from '@kubernetes/client-node';

/** What is told of an API server that does not answer. */
export interface ApiSilenceListener {
  /** Called after five seconds without any answer, and every half minute from then on. `why`: the last error, if any. */
  readonly silent: (forMs: number, why: string | null) => void;
  readonly back: (afterMs: number) => void;
}

const FIRST_TOLD_MS = 5000;
const TOLD_AGAIN_MS = 30_000;
const LOOK_EVERY_MS = 500;
/** What stands before an API server says these when that is away. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

/** By the API server's address: a run has several configurations that lead there. */
const watches = new Map<string, SilenceWatch>();

/**
 * Tells from now on when nothing that is sent to the API server of this configuration is answered, until the function
 * that it returns is called. It sends nothing itself: who asks nothing misses nothing.
 */
export function watchApiSilence(kubeConfig: KubeConfig, told: ApiSilenceListener): () => void {
  const server = serverOf(kubeConfig);
  const watch = new SilenceWatch(told);
  watches.set(server, watch);
  return () => {
    watch.end();
    if (watches.get(server) === watch) watches.delete(server);
  };
}

/**
 * Notes a request that is sent now, and how it ends.
 *
 * @param answer resolves with the answer's HTTP status.
 * @param isCalledOff whether whoever asked gave up by themselves: that says nothing of the server.
 */
export function noteRequest(
  kubeConfig: KubeConfig,
  answer: Promise<number>,
  isCalledOff: () => boolean,
): void {
  const watch = watches.get(serverOf(kubeConfig));
  if (watch === undefined)
    answer.catch(() => undefined); // told to whoever asked
  else watch.sent(answer, isCalledOff);
}

function serverOf(kubeConfig: KubeConfig): string {
  return kubeConfig.getCurrentCluster()?.server ?? '';
}

class SilenceWatch {
  readonly #told: ApiSilenceListener;
  readonly #timer: NodeJS.Timeout;
  /** When the first request was sent of all that came after the last answer. */
  #sinceMs: number | null = null;
  #pending = 0;
  #why: string | null = null;
  #nextMs = FIRST_TOLD_MS;

  constructor(told: ApiSilenceListener) {
    this.#told = told;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  sent(answer: Promise<number>, isCalledOff: () => boolean): void {
    this.#sinceMs ??= performance.now();
    this.#pending += 1;
    answer.then(
      (status) => {
        this.#pending -= 1;
        if (AWAY.has(status)) this.#why = `HTTP ${status}`;
        else this.#answered();
      },
      (error: unknown) => {
        this.#pending -= 1;
        if (!isCalledOff()) this.#why = messageOf(error);
        else if (this.#pending === 0 && this.#why === null) this.#sinceMs = null;
      },
    );
  }

  #answered(): void {
    const sinceMs = this.#sinceMs;
    const wasTold = this.#nextMs > FIRST_TOLD_MS;
    this.#sinceMs = this.#why = null;
    this.#nextMs = FIRST_TOLD_MS;
    if (wasTold && sinceMs !== null) this.#told.back(performance.now() - sinceMs);
  }

  #look(): void {
    if (this.#sinceMs === null) return;
    const forMs = performance.now() - this.#sinceMs;
    if (forMs < this.#nextMs) return;
    this.#nextMs += TOLD_AGAIN_MS;
    this.#told.silent(forMs, this.#why);
  }
}

/** fetch hides the errno one level down. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
