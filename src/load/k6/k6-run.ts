import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { composeRequest } from '../compose-request.ts';
import type { LiveCounters, LoadContext, LoadRun, LoadSummary, TrialLoad } from '../load-engine.ts';
import { K6Book, type K6Counts } from './k6-book.ts';
import { K6_ARGUMENTS, k6Environment } from './k6-command.ts';
import { K6SampleReader } from './k6-samples.ts';
import { k6Script, SUMMARY_MARK } from './k6-script.ts';
import { WallMapping } from './wall-mapping.ts';

type K6Spec = TrialLoad & { readonly ratePerSecond: number; readonly k6: string };

/** The clocks are compared so often: what the wall clock was moved by in between is not known better. */
const COMPARE_EVERY_MS = 2000;
const POLL_MS = 5;
/** An interrupted k6 writes its summary and ends. */
const ENDS_WITHIN_MS = 5000;
const WORDS_KEPT = 4000;
/** What k6 says of each request that failed, and once when no VU was free: the ledger has it. */
const SAID_BY_THE_LEDGER = /^(Request Failed|Insufficient VUs, .*)?$/;

/**
 * One run of k6: a child of the load process, which gives it the script, reads its samples, and ends it.
 *
 * k6 cannot be told to send no more and wait: an interrupt cuts off what is under way. So a drain comes first: k6 goes on
 * sending until all that had begun when the load was stopped have ended, then it is interrupted. What began meanwhile has
 * its rows like all others, and what the interrupt cut off is censored.
 */
export class K6Run implements LoadRun {
  readonly #spec: K6Spec;
  readonly #context: LoadContext;
  readonly #wall: WallMapping;
  readonly #book: K6Book;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #reader: K6SampleReader;
  readonly #gone: Promise<string>;
  readonly #begun = Promise.withResolvers<undefined>();
  readonly #broke = Promise.withResolvers<never>();
  readonly #comparing: NodeJS.Timeout;
  readonly #killed = (): void => void this.#child.kill('SIGKILL');
  #counts: K6Counts | null = null;
  #words = '';
  #stopped: Promise<LoadSummary> | undefined;

  constructor(spec: K6Spec, context: LoadContext) {
    this.#spec = spec;
    this.#context = context;
    // k6 composes its requests itself; what none of the engines can send is refused alike.
    for (const target of context.targets) composeRequest(spec, target);
    this.#wall = new WallMapping(context.nowNs, spec.name);
    this.#book = new K6Book(spec, context, this.#wall);
    this.#reader = new K6SampleReader(
      (sample) => {
        if (this.#book.take(sample)) this.#begun.resolve(undefined);
      },
      (line) => this.#other(line),
    );
    void this.#broke.promise.catch(() => undefined);
    void this.#begun.promise.catch(() => undefined);
    this.#child = spawn(spec.k6, K6_ARGUMENTS, {
      cwd: '/',
      env: k6Environment(process.env),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#gone = this.#follow();
    // Its pipe breaks, and with it k6; but only when it writes next.
    process.once('exit', this.#killed);
    this.#comparing = setInterval(() => this.#unlessBroken(() => this.#wall.compare()), COMPARE_EVERY_MS);
    const abort = (): void => void this.stop({ drainMs: 0 }).catch(() => undefined);
    context.signal?.addEventListener('abort', abort, { once: true });
    if (context.signal?.aborted === true) abort();
  }

  get sending(): Promise<void> {
    return this.#begun.promise;
  }

  get broken(): Promise<never> {
    return this.#broke.promise;
  }

  counters(): LiveCounters {
    return this.#book.counters();
  }

  stop({ drainMs }: { readonly drainMs: number }): Promise<LoadSummary> {
    this.#stopped ??= Promise.race([this.#stop(drainMs), this.#broke.promise]);
    return this.#stopped;
  }

  async #stop(drainMs: number): Promise<LoadSummary> {
    await this.#drained(this.#context.nowNs(), drainMs);
    const stopNs = this.#context.nowNs();
    this.#child.kill('SIGINT');
    const hard = setTimeout(this.#killed, ENDS_WITHIN_MS);
    const how = await this.#gone;
    clearTimeout(hard);
    this.#wall.compare();
    this.#book.close();
    // Stopped before it had sent anything, k6 has nothing to say.
    if (this.#counts === null && this.counters().intended > 0) throw this.#ended(how);
    return this.#book.summary(stopNs, this.#counts ?? {});
  }

  /** Resolves when nothing is open any more that had begun by then, as far as k6 has told; at the latest after `ms`. */
  async #drained(byNs: number, ms: number): Promise<void> {
    const untilMs = performance.now() + ms;
    while (performance.now() < untilMs && this.#child.exitCode === null) {
      if (this.#book.newestNs > byNs && this.#book.openSince(byNs) === 0) return;
      await sleep(POLL_MS);
    }
  }

  /** Resolves with how it ended, when all that it wrote is read. */
  async #follow(): Promise<string> {
    const { stdin, stdout, stderr } = this.#child;
    // One that is gone reads no script; how it ended tells more.
    stdin.on('error', () => undefined);
    stdin.end(k6Script(this.#spec, this.#context.targets));
    stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#unlessBroken(() => this.#reader.push(text));
      if (this.#context.canRecord?.() === false) void this.#holdBack();
    });
    let line = '';
    stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const each of lines) this.#say(each);
    });
    const how = await new Promise<string>((resolve) => {
      this.#child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      this.#child.once('close', (code, signal) =>
        resolve(signal === null ? `ended with ${String(code)}` : `died of ${signal}`),
      );
    });
    this.#say(line);
    this.#unlessBroken(() => this.#reader.end());
    process.removeListener('exit', this.#killed);
    clearInterval(this.#comparing);
    if (this.#stopped === undefined) this.#break(this.#ended(how));
    return how;
  }

  /** The ledger's disk is behind: k6 waits at its pipe, its samples with it. */
  async #holdBack(): Promise<void> {
    const { stdout } = this.#child;
    if (stdout.isPaused()) return;
    stdout.pause();
    while (this.#context.canRecord?.() === false) await sleep(POLL_MS);
    stdout.resume();
  }

  #other(line: string): void {
    if (line.startsWith(SUMMARY_MARK)) {
      this.#counts = JSON.parse(line.slice(SUMMARY_MARK.length)) as K6Counts;
    } else this.#say(line);
  }

  #say(line: string): void {
    if (!SAID_BY_THE_LEDGER.test(line)) this.#words = `${this.#words}${line}\n`.slice(-WORDS_KEPT);
  }

  #unlessBroken(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    this.#killed();
    this.#broke.reject(error);
    this.#begun.reject(error);
  }

  #ended(how: string): DrainbenchError {
    return new DrainbenchError({
      code: 'k6-ended',
      message: `k6, which puts load "${this.#spec.name}" on, ${how} before it was stopped`,
      fix: 'The trial is void. What k6 said stands below, where it said anything.',
      exitCode: EXIT.internal,
      ...(this.#words === '' ? {} : { detail: this.#words }),
    });
  }
}
