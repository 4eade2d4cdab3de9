import type { LiveCounters } from '../load/load-engine.ts';
import type { Plan, PlannedTrial } from '../model/plan.ts';
import { FAILED_OUTCOMES } from '../model/request-record.ts';
import type { RunProgress } from '../run/run-scenario.ts';
import { estimatePlanMs } from '../scenario/estimate-plan-ms.ts';
import { interruption } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import { toolProgressLine } from './tool-progress-line.ts';

/** Progress of a run on stderr: one live line, and one that stays for each trial that is done. */
export function showRun(plan: Plan): RunProgress {
  const line = progressLine();
  const live = new Map<string, LiveCounters>();
  const msPerTrial = estimatePlanMs(plan) / plan.trials.length;
  const startedAt = performance.now();
  let done = 0;
  let current = '';
  const total = plan.trials.length;
  line.finish(
    `${total} trials in ${plan.blocks} blocks, about ${minutes(estimatePlanMs(plan))}: ${plan.scenario.metadata.question}`,
  );

  const restMs = () => {
    const perTrial = done === 0 ? msPerTrial : (performance.now() - startedAt) / done;
    return perTrial * (total - done);
  };
  const update = () => {
    const counters = [...live.values()];
    const failed = counters.reduce(
      (sum, { byOutcome }) => sum + FAILED_OUTCOMES.reduce((n, o) => n + byOutcome[o], 0),
      0,
    );
    const sent = counters.reduce((sum, { intended }) => sum + intended, 0);
    line.update(`${current} · ${sent} requests, ${failed} failed · about ${minutes(restMs())} left`);
  };
  return {
    tool: toolProgressLine({ showCached: false }),
    step: (message) => line.finish(message),
    phase: (trial, phase) => {
      if (phase === 'deploy') live.clear();
      current = `[${trial.number}/${total}] ${titleOf(trial)}: ${phase}`;
      update();
    },
    counters: (load, counters) => {
      live.set(load, counters);
      update();
    },
    cleanUp: (command) => interruption.adviseCleanUp(command),
    trialDone: (trial) => {
      done = trial.trial.number;
      const failed = trial.loads.map(
        ({ load, failed: count, intended }) => `${load} ${count} of ${intended} failed`,
      );
      const why = trial.findings.filter(({ severity }) => severity === 'void').map(({ message }) => message);
      const outcome = trial.verdict === 'void' ? `VOID: ${why.join(' ')}` : failed.join(', ');
      line.finish(`[${trial.trial.number}/${total}] ${titleOf(trial.trial)}: ${outcome}`);
    },
  };
}

function titleOf({ role, strategy }: PlannedTrial): string {
  return role === 'comparison' ? strategy.name : role.replace('-', ' ');
}

function minutes(ms: number): string {
  const total = Math.round(ms / 1000);
  return total < 90 ? `${total} s` : `${Math.round(total / 60)} min`;
}
