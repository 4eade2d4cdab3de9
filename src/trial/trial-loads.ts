import { join } from 'node:path';

import { openRequestLedger } from '../history/request-ledger-reader.ts';
import { checkLedger } from '../load/check-ledger.ts';
import type { LoadSummary } from '../load/load-engine.ts';
import type { KubeObject } from '../observe/watch-state.ts';
import { checkAppLedger } from './check-app-ledger.ts';
import type { RunContext } from './run-context.ts';
import { ledgerName, startLoads, type AppAddresses, type StartedLoads } from './start-loads.ts';
import type { TrialNotebook } from './trial-notebook.ts';

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
    const { scenario, cluster, kubeConfig, insideLoads, runStartNs, onCounters } = this.#context;
    const { path: trialPath, observing } = this.#notebook;
    const { loads, records, findings } = await startLoads({
      ...{ cluster, kubeConfig, inside: insideLoads, addresses, pods, runStartNs, onCounters },
      ...{ specs: scenario.spec.loads, trialPath, context: observing },
    });
    this.#running = loads;
    this.#notebook.loads.push(...records);
    this.#notebook.findings.push(...findings);
  }

  /** A load process that dies ends the trial at once instead of being found out at its end. */
  async during<T>(step: Promise<T>): Promise<T> {
    const died = this.#running.map((load) =>
      load.ended.then(() => {
        throw new Error('a load ended before it was stopped');
      }),
    );
    return Promise.race([step, ...died]);
  }

  /** In flight requests get the time that they would have had anyway; what is open after that is censored. */
  async stop(): Promise<void> {
    const { scenario, signal } = this.#context;
    const timeouts = scenario.spec.loads.map((spec) => spec.connectTimeoutMs + spec.responseTimeoutMs);
    const drainMs = signal.aborted ? 0 : Math.max(...timeouts);
    const stopped = await Promise.allSettled(this.#running.map((load) => load.stop({ drainMs })));
    for (const [position, outcome] of stopped.entries()) {
      if (outcome.status === 'fulfilled') await this.#noteEnd(outcome.value, this.#running[position]);
      else this.#noteFailure(outcome.reason);
    }
  }

  /** Holds the clients' ledgers against the app's own. */
  async checkAgainstApp(): Promise<void> {
    const { path, loads, findings } = this.#notebook;
    // One that is not whole makes the trial void by itself, and cannot be held against anything.
    if (findings.some(({ code }) => code === 'ledger-unreadable' || code === 'load-failed')) return;
    const ledgers = await Promise.all(loads.map(({ ledger }) => openRequestLedger(join(path, ledger))));
    findings.push(...(await checkAppLedger(join(path, 'logs'), ledgers)));
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
    const inside = known.inside && { inside: { ...known.inside, clockUncertaintyNs } };
    loads[index] = { ...known, intended, ...inside };
  }

  #noteFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `A load did not end well: ${reason}.`;
    this.#notebook.findings.push({ code: 'load-failed', severity: 'void', message });
  }
}
