import { BUDGET_STEPS, type BudgetStep } from '../../model/budget.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { NodeRules } from '../../model/node-rules.ts';
import type { AnalyzedTrial } from '../run-result.ts';

/** How long a Pod still listened after a node had stopped sending to it, ms; negative: it closed first. */
export interface Gap {
  readonly ms: number;
  readonly uncertaintyMs: number;
}

/** What one node did about one victim. */
export interface VictimOnNode {
  readonly node: string;
  readonly state: Exclude<NodeRules['state'], 'never-sent'>;
  /** Since the delete, ms; `null` unless `dropped`. */
  readonly droppedMs: number | null;
  /** `null` unless `dropped`, and where nobody saw the listener's end. */
  readonly gap: Gap | null;
}

/** The end of one victim, in ms since the API server received the delete. */
export interface VictimEnd {
  readonly stepsMs: ReadonlyMap<BudgetStep, number>;
  /** Somebody saw when it ceased to listen. */
  readonly closed: boolean;
  /** Every node that sent to it, or may have. */
  readonly nodes: readonly VictimOnNode[];
}

/** `nodes`: all that could have sent to it; one of which the trial knows nothing was not watched. */
export function victimEnd(trial: AnalyzedTrial, uid: string, nodes: readonly string[]): VictimEnd {
  const own = trial.milestones.filter(({ podUid }) => podUid === uid);
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
  const since = (atNs: number): number | null => (from === undefined ? null : (atNs - from.atNs) / NS_PER_MS);
  const rules = rulesOf(trial, uid, nodes);
  const complete = rules.every(({ state }) => state === 'dropped' || state === 'never-sent');
  const stepsMs = new Map<BudgetStep, number>();
  for (const step of BUDGET_STEPS) {
    // The last that was seen is the last there was only where all were seen.
    if (step === 'last-node-rules' && !complete) continue;
    const atMs = seen[step] === undefined ? null : since(seen[step].atNs);
    if (atMs !== null) stepsMs.set(step, atMs);
  }
  // An app that is killed never closes its listener itself: the end of its process does.
  const closed = seen['listener-closed'] ?? seen['process-exited'];
  return {
    stepsMs,
    closed: closed !== undefined,
    nodes: rules.flatMap(({ node, state, atNs, uncertaintyNs }): readonly VictimOnNode[] => {
      if (state === 'never-sent') return [];
      if (atNs === null) return [{ node, state, droppedMs: null, gap: null }];
      const gap =
        closed === undefined
          ? null
          : {
              ms: (closed.atNs - atNs) / NS_PER_MS,
              uncertaintyMs: (closed.uncertaintyNs + uncertaintyNs) / NS_PER_MS,
            };
      return [{ node, state, droppedMs: since(atNs), gap }];
    }),
  };
}

function rulesOf(trial: AnalyzedTrial, uid: string, nodes: readonly string[]): readonly NodeRules[] {
  const known = trial.rules.filter(({ podUid }) => podUid === uid);
  const unheard = nodes.filter((node) => known.every((each) => each.node !== node));
  const none = unheard.map((node): NodeRules => {
    return { podUid: uid, node, state: 'not-watched', atNs: null, uncertaintyNs: 0 };
  });
  return [...known, ...none];
}
