import type { EventWriter } from '../history/event-writer.ts';
import type { Victim } from '../disrupt/disruption-context.ts';
import type { TrialPhase } from '../model/history-event.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { TrialApp, TrialRecord } from '../model/trial-record.ts';
import type { Finding } from '../model/verdict.ts';
import { LoopWatch } from '../observe/loop-watch.ts';
import type { ObserveContext } from '../observe/observer.ts';
import type { RunContext } from './run-context.ts';

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
  readonly #context: Pick<RunContext, 'namespace' | 'runStartNs' | 'signal' | 'onPhase'>;
  readonly #attempt: number;
  readonly #events: EventWriter;
  readonly #phases: TrialRecord['phases'] = [];
  readonly #loop: LoopWatch;

  constructor(
    context: Pick<RunContext, 'namespace' | 'runStartNs' | 'signal' | 'onPhase'>,
    trial: PlannedTrial,
    attempt: number,
    path: string,
    events: EventWriter,
  ) {
    this.#context = context;
    this.trial = trial;
    this.#attempt = attempt;
    this.path = path;
    this.#events = events;
    this.#loop = new LoopWatch(this.nowNs);
  }

  /** What observers and disruptions write with. */
  get observing(): ObserveContext {
    return {
      nowNs: this.nowNs,
      heldUpNs: this.#loop.heldUpNs,
      record: (event) => void this.#events.append(event),
      signal: this.#context.signal,
    };
  }

  /** Nanoseconds since run start. */
  readonly nowNs = (): number => Number(process.hrtime.bigint() - this.#context.runStartNs);

  /** Nothing is observed any more. */
  close(): void {
    this.#loop.stop();
  }

  begin(phase: TrialPhase): void {
    const atNs = this.nowNs();
    this.#phases.push({ phase, atNs });
    this.#events.append({ type: 'phase', atNs, uncertaintyNs: 0, source: 'harness', phase });
    this.#context.onPhase(this.trial, phase);
  }

  record(state: TrialRecord['state']): TrialRecord {
    return {
      schemaVersion: 1,
      trial: this.trial,
      attempt: this.#attempt,
      state,
      namespace: this.#context.namespace,
      ...(this.app !== null && { app: this.app }),
      victims: this.victims.map(({ ip, ...victim }) => ({ ...victim, podIP: ip })),
      phases: this.#phases,
      loads: this.loads,
      findings: this.findings,
    };
  }
}
