import type { AnalyzedTrial } from '../analyze/run-result.ts';
import type { LiveCounters } from '../load/load-engine.ts';
import { countOf } from '../model/count-of.ts';
import type { Plan, PlannedTrial } from '../model/plan.ts';
import { FAILED_OUTCOMES } from '../model/request-record.ts';
import { terminalText } from '../model/terminal-text.ts';
import type { RunProgress } from '../run/run-options.ts';
import { estimatePlanMs, estimateTrialMs } from '../scenario/estimate-plan-ms.ts';
import { interruption } from './interruption.ts';
import { PreflightWarnings } from './preflight-warnings.ts';
import { progressLine } from './progress-line.ts';
import { TimeLeft } from './time-left.ts';
import { toolProgressLine } from './tool-progress-line.ts';

/**
 * Progress of a run on stderr: one live line, and one that stays for each attempt at a trial that is over, with the
 * evidence where it is void.
 *
 * @param done trials that an earlier start of the run has finished.
 */
export function showRun(plan: Plan, done: ReadonlySet<number>): RunProgress {
  const forecast = plan.trials.map((trial) => [trial.number, estimateTrialMs(plan.scenario, trial)] as const);
  const left = new TimeLeft(new Map(forecast), done);
  const now = () => performance.now();
  const total = plan.trials.length;
  const took = minutes(done.size === 0 ? estimatePlanMs(plan) : left.ms(now()));
  return showTrials({
    intro: `${countOf(total, 'trial')} in ${countOf(plan.blocks, 'block')}${done.size === 0 ? '' : `, ${done.size} of them done`}, about ${took}: ${plan.scenario.metadata.question}`,
    placeOf: ({ number }) => `[${number}/${total}]`,
    begin: ({ number }) => left.begin(number, now()),
    finish: ({ trial }) => left.finish(trial.number, now()),
    left: () => `about ${minutes(left.ms(now()))} left`,
  });
}

/** What is told of a run's trials as they come and go. */
export interface TrialsView {
  /** The first line. */
  readonly intro: string;
  /** Where in the run a trial stands, as its line begins. */
  readonly placeOf: (trial: PlannedTrial) => string;
  /** An attempt begins, and is over. */
  readonly begin: (trial: PlannedTrial) => void;
  readonly finish: (trial: AnalyzedTrial) => void;
  /** How much time is left, in words. */
  readonly left: () => string;
}

/** The same of trials that are not all planned beforehand. */
export function showTrials(view: TrialsView): RunProgress {
  const line = progressLine();
  const live = new Map<number, Map<string, LiveCounters>>();
  const preflight = new PreflightWarnings();
  /** By trial number, what it is and how far it has come. */
  const underWay = new Map<number, string>();
  line.finish(view.intro);

  const update = () => {
    const counters = [...live.values()].flatMap((loads) => [...loads.values()]);
    const failed = counters.reduce(
      (sum, { byOutcome }) => sum + FAILED_OUTCOMES.reduce((n, o) => n + byOutcome[o], 0),
      0,
    );
    const sent = counters.reduce((sum, { intended }) => sum + intended, 0);
    line.update(
      `${[...underWay.values()].join(' | ')} · ${countOf(sent, 'request')}, ${failed} failed · ${view.left()}`,
    );
  };
  return {
    tool: toolProgressLine({ showCached: false }),
    step: (message) => line.finish(message),
    phase: (trial, phase) => {
      const { number } = trial;
      if (phase === 'deploy') {
        live.set(number, new Map());
        view.begin(trial);
      }
      underWay.set(number, `${view.placeOf(trial)} ${titleOf(trial)}: ${phase}`);
      update();
    },
    counters: ({ number }, load, counters) => {
      live.get(number)?.set(load, counters);
      update();
    },
    cleanUp: (command) => interruption.adviseCleanUp(command),
    trialDone: (trial) => {
      view.finish(trial);
      live.delete(trial.trial.number);
      underWay.delete(trial.trial.number);
      const title = `${view.placeOf(trial.trial)} ${titleOf(trial.trial)}`;
      for (const text of outcomeLines(title, trial)) line.finish(text);
      for (const warning of preflight.newIn(trial)) line.finish(`  warning: ${terminalText(warning)}`);
    },
  };
}

function outcomeLines(title: string, trial: AnalyzedTrial): readonly string[] {
  if (trial.verdict === 'void') {
    // What was found first is the reason; the rest often only follows from it.
    const [reason, ...others] = trial.findings.filter(({ severity }) => severity === 'void');
    const also = others.length === 0 ? '' : ` (also: ${others.map(({ code }) => code).join(', ')})`;
    return [
      `${title}: VOID: ${reason?.message ?? ''}${also}`,
      ...(reason?.detail ?? []).map((evidence) => `    ${evidence}`),
    ];
  }
  const failed = trial.loads.map(
    ({ load, failed: count, intended }) => `${load} ${count} of ${intended} failed`,
  );
  const killed = trial.victims.flatMap(({ name, container }) =>
    container === undefined ? [] : [`${container} of ${name}`],
  );
  const what = killed.length === 0 ? '' : ` (killed ${killed.join(', ')})`;
  return [`${title}${what}: ${failed.join(', ')}`];
}

function titleOf({ role, strategy }: PlannedTrial): string {
  return role === 'comparison' ? strategy.name : role.replace('-', ' ');
}

/** `45 s`, or `12 min`. */
export function minutes(ms: number): string {
  const total = Math.round(ms / 1000);
  return total < 90 ? `${total} s` : `${Math.round(total / 60)} min`;
}
