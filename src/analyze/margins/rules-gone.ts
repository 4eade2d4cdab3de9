import type { RulesGone } from '../../model/delay-need.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import { orderOf } from '../times/order-of.ts';
import type { AnalyzedTrial } from '../run-result.ts';

export type TrialRulesGone =
  | { readonly state: 'known'; readonly gone: RulesGone }
  | { readonly state: 'unknown' | 'never-dropped' | 'acted-before' };

/**
 * When the slowest Pod of a trial was no longer sent to, on the slowest node. A node that was not watched all the time,
 * or that nothing was heard of, may have been slower: then it is not known.
 *
 * @param nodes names of all nodes of the cluster
 */
export function rulesGone(trial: AnalyzedTrial, nodes: readonly string[]): TrialRulesGone {
  const found: RulesGone[] = [];
  const known = trial.rules.map(({ node }) => node);
  const all = [...new Set([...nodes, ...known])];
  let neverDropped = false;
  if (trial.victims.length === 0 || all.length === 0) return { state: 'unknown' };
  for (const victim of trial.victims) {
    const own = trial.milestones.filter(({ podUid }) => podUid === victim.uid);
    const from = deleteOf(own);
    if (from === undefined) return { state: 'unknown' };
    if (wasOutOfUse(own, from)) return { state: 'acted-before' };
    for (const node of all) {
      const rules = trial.rules.find((each) => each.podUid === victim.uid && each.node === node);
      if (rules?.state === 'never-sent') continue;
      if (rules?.state === 'not-dropped') neverDropped = true;
      else if (rules?.atNs == null) return { state: 'unknown' };
      else {
        const syncs = trial.proxySyncs.find((each) => each.node === node);
        found.push({
          trial: trial.trial.number,
          strategy: trial.trial.strategy.name,
          ms: (rules.atNs - from.atNs) / NS_PER_MS,
          uncertaintyMs: (rules.uncertaintyNs + from.uncertaintyNs) / NS_PER_MS,
          pod: victim.name,
          node,
          lastSyncBeforeMs: syncs?.lastSyncBeforeMs ?? null,
          othersChanges: trial.othersChanges,
        });
      }
    }
  }
  if (neverDropped) return { state: 'never-dropped' };
  const [slowest] = found.toSorted((a, b) => b.ms + b.uncertaintyMs - (a.ms + a.uncertaintyMs));
  return slowest === undefined ? { state: 'unknown' } : { state: 'known', gone: slowest };
}

/**
 * When a Pod's deletion reached the API server; else the answer that accepted it, or what the harness asked. What a
 * budget refused is no deletion.
 */
export function deleteOf(own: readonly Milestone[]): Milestone | undefined {
  const first = (name: MilestoneName): Milestone | undefined => own.find((each) => each.name === name);
  const accepted = first('delete-received') ?? first('delete-accepted');
  const asked = first('delete-refused') === undefined ? first('delete-requested') : undefined;
  return first('delete-received') ?? asked ?? accepted ?? first('deletion-timestamp-seen');
}

/** It had given its readiness up by itself: how long its nodes took is not counted from the delete. */
function wasOutOfUse(own: readonly Milestone[], from: Milestone): boolean {
  return own.some(
    (step) =>
      (step.name === 'slice-not-ready' || step.name === 'slice-removed') && orderOf(step, from) === 'before',
  );
}
