import { join } from 'node:path';

import type { EventWriter } from '../history/event-writer.ts';
import { fileNotWritten } from '../history/file-not-written.ts';
import type { Victim } from '../disrupt/disruption-context.ts';
import type { NewHistoryEvent, TrialPhase } from '../model/history-event.ts';
import type { DrainbenchError } from '../model/drainbench-error.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { TrialApp, TrialRecord } from '../model/trial-record.ts';
import type { Finding } from '../model/verdict.ts';
import { EventLoopLag } from '../observe/event-loop-lag.ts';
import type { ObserveContext } from '../observe/observer.ts';
import type { RunContext } from './run-context.ts';

/** What tidies up goes on whatever can be written down of it. */
const TIDYING: ReadonlySet<TrialPhase> = new Set(['stop-load', 'clean-up', 'collect']);

type NotebookContext = Pick<RunContext, 'namespace' | 'runStartNs' | 'signal' | 'onPhase' | 'deployOnce'>;

/** What is written down of one attempt of a trial while it goes on, by everything that takes part in it. */
export class TrialNotebook {
  readonly trial: PlannedTrial;
  /** The trial's directory. */
  readonly path: string;
  readonly findings: Finding[] = [];
  readonly loads: TrialRecord['loads'] = [];
  victims: readonly Victim[] = [];
  /** Set as soon as the trial's objects are known. */
  app: TrialApp | null = null;
  /** Set where an earlier trial left its workload to this one. */
  stand: NonNullable<TrialRecord['stand']> | null = null;
  /** What the ids of the trial's requests begin with. */
  readonly requestPrefix: string;
  readonly #context: NotebookContext;
  readonly #attempt: number;
  readonly #events: EventWriter;
  readonly #phases: TrialRecord['phases'] = [];
  readonly #loop: EventLoopLag;
  /** Why the history cannot be written any more. */
  #unwritten: DrainbenchError | undefined;

  constructor(
    context: NotebookContext,
    trial: PlannedTrial,
    attempt: number,
    path: string,
    events: EventWriter,
  ) {
    this.#context = context;
    this.trial = trial;
    this.#attempt = attempt;
    this.requestPrefix = context.deployOnce ? `${trial.number}-${attempt}.` : '';
    this.path = path;
    this.#events = events;
    this.#loop = new EventLoopLag(this.nowNs);
  }

  /** What observers and disruptions write with. */
  get observing(): ObserveContext {
    return {
      nowNs: this.nowNs,
      heldUpNs: this.#loop.heldUpNs,
      record: (event) => this.#append(event),
      signal: this.#context.signal,
    };
  }

  /** Nanoseconds since run start. */
  readonly nowNs = (): number => Number(process.hrtime.bigint() - this.#context.runStartNs);

  /** Nothing is observed any more. */
  close(): void {
    this.#loop.stop();
  }

  /** Throws, unless what begins is tidying up, when the history cannot be written any more: nothing is measured then. */
  begin(phase: TrialPhase): void {
    const atNs = this.nowNs();
    this.#phases.push({ phase, atNs });
    this.#append({ type: 'phase', atNs, uncertaintyNs: 0, source: 'harness', phase });
    this.#context.onPhase(this.trial, phase);
    if (this.#unwritten !== undefined && !TIDYING.has(phase)) throw this.#unwritten;
  }

  /** Adds a finding, unless it says what another one does. */
  note(finding: Finding): void {
    const known = this.findings.some(
      ({ code, message }) => code === finding.code && message === finding.message,
    );
    if (!known) this.findings.push(finding);
  }

  /** Observers call this from wherever an event reaches them: an error there would be nobody's. */
  #append(event: NewHistoryEvent): void {
    try {
      this.#events.append(event);
    } catch (error) {
      this.#unwritten ??= fileNotWritten(join(this.path, 'events.ndjson'), error);
    }
  }

  record(state: TrialRecord['state']): TrialRecord {
    return {
      schemaVersion: 1,
      trial: this.trial,
      attempt: this.#attempt,
      state,
      namespace: this.#context.namespace,
      ...(this.stand !== null && { stand: this.stand }),
      ...(this.requestPrefix !== '' && { requestPrefix: this.requestPrefix }),
      ...(this.app !== null && { app: this.app }),
      victims: this.victims.map(({ ip, ...victim }) => ({ ...victim, podIP: ip })),
      phases: this.#phases,
      loads: this.loads,
      findings: this.findings,
    };
  }
}
