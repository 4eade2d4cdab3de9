import { BUDGET_STEPS, type BudgetStep, type SafetyGap, type StrategyBudget } from '../model/budget.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';
import { disruptionLabel } from './disruption-label.ts';
import type { AnalyzedTrial } from './run-result.ts';
import { median } from './statistics/median.ts';

/**
 * How long each step of a shutdown takes under each strategy, over all victims of its valid trials, from the moment
 * the API server received the delete (where nobody saw that: from when the harness asked for it).
 */
export function summarizeBudgets(trials: readonly AnalyzedTrial[]): readonly StrategyBudget[] {
  const valid = trials.filter(
    ({ trial, counted, verdict }) => counted && verdict !== 'void' && trial.role === 'comparison',
  );
  const cells = Map.groupBy(
    valid,
    ({ trial }) => `${disruptionLabel(trial.disruption)}\n${trial.strategy.name}`,
  );
  return [...cells.values()].flatMap((own): readonly StrategyBudget[] => {
    const [first] = own;
    if (first === undefined) return [];
    const ends = own.flatMap((trial) => trial.victims.map(({ uid }) => endOf(trial.milestones, uid)));
    const steps = BUDGET_STEPS.flatMap((step) => {
      const values = ends.map((end) => end.stepsMs.get(step)).filter((value) => value !== undefined);
      const medianMs = median(values);
      if (medianMs === null) return [];
      return [{ step, count: values.length, medianMs, maxMs: Math.max(...values) }];
    });
    if (steps.length === 0) return [];
    const gap = gapOf(ends);
    return [
      {
        strategy: first.trial.strategy.name,
        disruption: disruptionLabel(first.trial.disruption),
        steps,
        gap,
      },
    ];
  });
}

interface VictimEnd {
  readonly stepsMs: ReadonlyMap<BudgetStep, number>;
  readonly gap: { readonly ms: number; readonly uncertaintyMs: number } | null;
}

function endOf(milestones: readonly Milestone[], uid: string): VictimEnd {
  const own = milestones.filter(({ podUid }) => podUid === uid);
  const all = (name: MilestoneName): readonly Milestone[] => own.filter((each) => each.name === name);
  const first = (...names: readonly MilestoneName[]): Milestone | undefined =>
    names.map((name) => all(name).at(0)).find((each) => each !== undefined);
  const last = (...names: readonly MilestoneName[]): Milestone | undefined =>
    names.map((name) => all(name).at(-1)).find((each) => each !== undefined);
  const seen: Readonly<Record<BudgetStep, Milestone | undefined>> = {
    'slice-updated': first('slice-not-ready', 'slice-removed'),
    'first-node-rules': first('route-removed'),
    'last-node-rules': last('route-removed'),
    // Where connections are not tracked, what a Pod accepts are the kubelet's probes too: the last resort.
    'last-fresh-connection':
      last('last-fresh-connection') ??
      (first('route-removed') === undefined ? last('last-fresh-accepted') : undefined),
    'signal-sent': first('signal-sent', 'signal-received'),
    'listener-closed': last('listener-closed'),
    'last-in-flight-done': last('drained', 'last-reused-answered'),
    'process-exited': last('process-exited', 'exiting', 'container-terminated'),
    'pod-gone': last('pod-gone'),
  };
  const from = first('delete-received', 'delete-requested', 'deletion-timestamp-seen');
  const stepsMs = new Map<BudgetStep, number>();
  for (const step of BUDGET_STEPS) {
    const at = seen[step];
    if (at !== undefined && from !== undefined) stepsMs.set(step, (at.atNs - from.atNs) / NS_PER_MS);
  }
  // An app that is killed never closes its listener itself: the end of its process does.
  const closed = seen['listener-closed'] ?? seen['process-exited'];
  const rules = seen['last-node-rules'];
  const gap =
    closed === undefined || rules === undefined
      ? null
      : {
          ms: (closed.atNs - rules.atNs) / NS_PER_MS,
          uncertaintyMs: (closed.uncertaintyNs + rules.uncertaintyNs) / NS_PER_MS,
        };
  return { stepsMs, gap };
}

function gapOf(ends: readonly VictimEnd[]): SafetyGap | null {
  const gaps = ends.map(({ gap }) => gap).filter((gap) => gap !== null);
  const [worst] = gaps.toSorted((a, b) => a.ms - b.ms);
  const medianMs = median(gaps.map(({ ms }) => ms));
  if (worst === undefined || medianMs === null) return null;
  return {
    count: gaps.length,
    medianMs,
    worstMs: worst.ms,
    worstUncertaintyMs: worst.uncertaintyMs,
    indeterminate: gaps.filter(({ ms, uncertaintyMs }) => Math.abs(ms) <= uncertaintyMs).length,
  };
}
