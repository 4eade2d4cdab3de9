import { join } from 'node:path';

import { openRequestLedger } from '../history/request-ledger-reader.ts';
import { checkLedger } from '../load/check-ledger.ts';
import type { LiveCounters, LoadSummary } from '../load/load-engine.ts';
import { countOf } from '../model/count-of.ts';
import type { Finding } from '../model/verdict.ts';
import type { KubeObject } from '../observe/watch-state.ts';
import { checkAppLedger } from './check-app-ledger.ts';
import { loadFailed } from './load-failed.ts';
import type { RunContext } from './run-context.ts';
import { ledgerName, startLoads, type AppAddresses, type StartedLoads } from './start-loads.ts';
import type { TrialNotebook } from './trial-notebook.ts';
import { endsRun, trialFailure } from './trial-failure.ts';
import { whileLoadsRun } from './while-loads-run.ts';

/** The loads of a trial, from their start to the check of their ledgers. */
export class TrialLoads {
  readonly #context: RunContext;
  readonly #notebook: TrialNotebook;
  #running: StartedLoads['loads'] = [];

  constructor(context: RunContext, notebook: TrialNotebook) {
    this.#context = context;
    this.#notebook = notebook;
  }

  /** Resolves when all engines run. */
  async start(addresses: AppAddresses, pods: Iterable<KubeObject>): Promise<void> {
    const { scenario, cluster, kubeConfig, insideLoads, k6, runStartNs } = this.#context;
    const { trial, path: trialPath, observing, requestPrefix } = this.#notebook;
    const onCounters = (load: string, counters: LiveCounters) =>
      this.#context.onCounters(trial, load, counters);
    const { loads, records, findings } = await startLoads({
      ...{ cluster, kubeConfig, inside: insideLoads, k6, addresses, pods, runStartNs, onCounters },
      ...{ specs: scenario.spec.loads, requestPrefix, trialPath, context: observing },
    });
    this.#running = loads;
    this.#notebook.loads.push(...records);
    this.#notebook.findings.push(...findings);
  }

  /** See `whileLoadsRun`. */
  async during<T>(step: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return whileLoadsRun(this.#running, this.#context.signal, step);
  }

  /**
   * In flight requests get the time that they would have had anyway; what is open after that is censored.
   *
   * @param measured `false`: the trial is void already, and nobody waits for them.
   */
  async stop(measured: boolean): Promise<void> {
    const { scenario, signal } = this.#context;
    const timeouts = scenario.spec.loads.map((spec) => spec.connectTimeoutMs + spec.responseTimeoutMs);
    const drainMs = signal.aborted || !measured ? 0 : Math.max(...timeouts);
    const stopped = await Promise.allSettled(this.#running.map((load) => load.stop({ drainMs })));
    for (const [position, outcome] of stopped.entries()) {
      if (outcome.status === 'fulfilled') await this.#noteEnd(outcome.value, this.#running[position]);
      else this.#noteFailure(outcome.reason);
    }
  }

  /** Holds the clients' ledgers against the app's own. */
  async checkAgainstApp(): Promise<void> {
    const { path, loads, findings, requestPrefix } = this.#notebook;
    // One that is not whole makes the trial void by itself, and cannot be held against anything.
    if (findings.some(({ code }) => code === 'ledger-unreadable' || code === 'load-failed')) return;
    try {
      const ledgers = await Promise.all(loads.map(({ ledger }) => openRequestLedger(join(path, ledger))));
      findings.push(...(await checkAppLedger(join(path, 'logs'), ledgers, requestPrefix)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `The loads' ledgers cannot be held against the app's own: ${reason.replaceAll(path, '.')}.`;
      findings.push({ code: 'app-ledger-unreadable', severity: 'void', message });
    }
  }

  async #noteEnd(summary: LoadSummary, driven: StartedLoads['loads'][number] | undefined): Promise<void> {
    const { path, loads, findings } = this.#notebook;
    const { load, intended } = summary;
    findings.push(...(await checkLedger(join(path, ledgerName({ name: load })), summary)));
    const index = loads.findIndex(({ name }) => name === load);
    const known = loads[index];
    if (known === undefined) return;
    const clockUncertaintyNs =
      driven !== undefined && 'clockUncertaintyNs' in driven ? driven.clockUncertaintyNs() : null;
    const { meant, silentReconnects = 0 } = summary;
    const inside = known.inside && {
      inside: { ...known.inside, clockUncertaintyNs, ...(meant !== undefined && { meant: [...meant] }) },
    };
    const stamped = summary.clockUncertaintyNs !== undefined && {
      clockUncertaintyNs: summary.clockUncertaintyNs,
    };
    loads[index] = { ...known, intended, ...inside, ...stamped };
    if (silentReconnects > 0) findings.push(reconnectedSilently(load, silentReconnects));
  }

  #noteFailure(error: unknown): void {
    const failed = loadFailed(error);
    this.#notebook.note(trialFailure(failed));
    if (endsRun(failed)) throw failed;
  }
}

/** They have no row of their own: the engine told of one attempt, on the connection that had ended. */
function reconnectedSilently(load: string, requests: number): Finding {
  const message = `Load “${load}”: ${countOf(requests, 'request')} met a connection that the server had ended, and k6 sent ${requests === 1 ? 'it' : 'them'} on another one without a word, as Go's transport does: what a client that does not repeat had lost.`;
  return { code: 'reconnected-silently', severity: 'info', message };
}
