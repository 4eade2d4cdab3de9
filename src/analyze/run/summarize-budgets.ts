import {
  BUDGET_STEPS,
  type GapState,
  type NodeBudget,
  type SafetyGap,
  type StrategyBudget,
} from '../../model/budget.ts';
import { disruptionLabel } from '../words/disruption-label.ts';
import type { AnalyzedTrial } from '../run-result.ts';
import { median } from '../statistics/quantile.ts';
import { victimEnd, type Gap, type VictimEnd, type VictimOnNode } from './victim-end.ts';

/**
 * How long each step of a shutdown takes under each strategy, over all victims of its valid trials, from the moment
 * the API server received the delete (where nobody saw that: from when the harness asked for it).
 *
 * @param nodes names of all nodes of the cluster: of one that nothing was heard of, nothing is known
 */
export function summarizeBudgets(
  trials: readonly AnalyzedTrial[],
  nodes: readonly string[],
): readonly StrategyBudget[] {
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
    const ends = own.flatMap((trial) => trial.victims.map(({ uid }) => victimEnd(trial, uid, nodes)));
    const steps = BUDGET_STEPS.flatMap((step) => {
      const values = ends.map((end) => end.stepsMs.get(step)).filter((value) => value !== undefined);
      const medianMs = median(values);
      if (medianMs === null) return [];
      return [{ step, count: values.length, medianMs, maxMs: Math.max(...values) }];
    });
    if (steps.length === 0) return [];
    const sentTo = ends.filter((end) => end.nodes.length > 0);
    const gaps = sentTo.map(wholeGap);
    const budgets = nodeBudgets(own, ends);
    return [
      {
        strategy: first.trial.strategy.name,
        disruption: disruptionLabel(first.trial.disruption),
        steps,
        pods: ends.length,
        victims: sentTo.length,
        gap: summarizeGaps(gaps),
        state: worstState(budgets.map(({ state }) => state)),
        nodes: budgets,
      },
    ];
  });
}

/** Up to the last node's rules; `null` unless every node that had the Pod is known to have dropped it. */
function wholeGap({ nodes }: VictimEnd): Gap | null {
  const gaps = nodes.map(({ gap }) => gap);
  if (gaps.includes(null)) return null;
  return gaps.filter((gap) => gap !== null).toSorted((a, b) => a.ms - b.ms)[0] ?? null;
}

function nodeBudgets(trials: readonly AnalyzedTrial[], ends: readonly VictimEnd[]): readonly NodeBudget[] {
  interface Seen extends VictimOnNode {
    readonly closed: boolean;
  }
  const seen = ends.flatMap(({ closed, nodes }) => nodes.map((each): Seen => ({ ...each, closed })));
  const syncs = Map.groupBy(
    trials.flatMap((trial) => trial.proxySyncs),
    ({ node }) => node,
  );
  return [...Map.groupBy(seen, ({ node }) => node)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, own]): NodeBudget => {
      const droppedMs = own.map((each) => each.droppedMs).filter((value) => value !== null);
      const kept = own.filter(({ state }) => state === 'not-dropped');
      const gaps = own.map(({ gap }) => gap);
      const told = syncs.get(node) ?? [];
      return {
        node,
        victims: own.length,
        dropped: own.filter(({ state }) => state === 'dropped').length,
        medianMs: median(droppedMs),
        maxMs: droppedMs.length === 0 ? null : Math.max(...droppedMs),
        notDropped: kept.length,
        notWatched: own.filter(({ state }) => state === 'not-watched').length,
        gap: summarizeGaps(gaps),
        state: kept.some(({ closed }) => closed) ? 'unsafe' : stateOf(gaps),
        lastSyncBeforeMs: median(told.map(({ lastSyncBeforeMs }) => lastSyncBeforeMs)),
        syncsSince: median(told.map(({ syncsSince }) => syncsSince)),
        meanSyncMs: median(told.map(({ meanSyncMs }) => meanSyncMs)),
      };
    });
}

function stateOf(gaps: readonly (Gap | null)[]): GapState {
  const known = gaps.filter((gap) => gap !== null);
  if (known.some(isUnsafe)) return 'unsafe';
  if (known.length < gaps.length || known.length === 0) return 'unknown';
  return known.some(isWithinUncertainty) ? 'unclear' : 'safe';
}

function worstState(states: readonly GapState[]): GapState {
  const order: readonly GapState[] = ['unsafe', 'unknown', 'unclear', 'safe'];
  return order.find((state) => states.includes(state)) ?? 'unknown';
}

function summarizeGaps(all: readonly (Gap | null)[]): SafetyGap | null {
  const gaps = all.filter((gap) => gap !== null);
  const [worst] = gaps.toSorted((a, b) => a.ms - b.ms);
  const medianMs = median(gaps.map(({ ms }) => ms));
  if (worst === undefined || medianMs === null) return null;
  return {
    count: gaps.length,
    medianMs,
    worstMs: worst.ms,
    worstUncertaintyMs: worst.uncertaintyMs,
    unsafe: gaps.filter(isUnsafe).length,
    indeterminate: gaps.filter(isWithinUncertainty).length,
  };
}

function isUnsafe({ ms, uncertaintyMs }: Gap): boolean {
  return ms < -uncertaintyMs;
}

function isWithinUncertainty({ ms, uncertaintyMs }: Gap): boolean {
  return Math.abs(ms) <= uncertaintyMs;
}
