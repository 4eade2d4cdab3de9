import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { LoadMargins } from '../../../../src/model/margin.ts';
import type { Milestone, MilestoneName } from '../../../../src/model/milestone.ts';
import type { NodeRules } from '../../../../src/model/node-rules.ts';
import { strategySchema, type Strategy } from '../../../../src/model/scenario.ts';
import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { AnalyzedLoad, AnalyzedTrial, FailedRequest } from '../../../../src/analyze/run-result.ts';
import { LOAD, planned, streamed, trialRecord } from '../build-history.ts';

/** What a literal trial shows; times are ms since the delete of its only victim. */
export interface TrialFacts {
  readonly number?: number;
  readonly strategy?: Partial<Strategy> & { readonly name: string };
  /** When each node dropped the Pod, ± 1 ms; `null`: it never did; `blind`: it was not watched. */
  readonly droppedMs?: Readonly<Record<string, number | null | 'blind'>>;
  /** When the Pod closed its listener, ± 1 ms; `null`: nobody saw it. */
  readonly closedMs?: number | null;
  readonly milestones?: readonly Milestone[];
  readonly margins?: readonly LoadMargins[];
  readonly loads?: readonly Partial<AnalyzedLoad>[];
  readonly failures?: readonly FailedRequest[];
}

export const step = (name: MilestoneName, atMs: number): Milestone => ({
  name,
  pod: 'web-a',
  podUid: 'a',
  node: 'node1',
  container: null,
  atNs: (1000 + atMs) * NS_PER_MS,
  uncertaintyNs: NS_PER_MS,
  source: 'kernel-trace',
  eventId: 1,
});

/** An analysed trial that consists of these facts. */
export async function buildTrial(facts: TrialFacts): Promise<AnalyzedTrial> {
  const { droppedMs = { node1: 80, node2: 90 }, closedMs = 500 } = facts;
  const strategy = strategySchema.parse({ name: 'none', ...facts.strategy });
  const trial = planned({ number: facts.number ?? 1, strategy });
  const record = trialRecord({ trial });
  const ledger = { load: LOAD.name, intended: null, records: streamed([]), findings: () => [] };
  const history = { record, directory: '', events: [], ledgers: [ledger], findings: [] };
  const empty = await analyzeTrial(history, [LOAD]);
  const [load] = empty.loads;
  if (load === undefined) throw new Error('the trial has a load');
  return {
    ...empty,
    verdict: 'pass',
    milestones: facts.milestones ?? [
      step('delete-received', 0),
      ...(closedMs === null ? [] : [step('listener-closed', closedMs)]),
    ],
    rules: Object.entries(droppedMs).map(([node, atMs]): NodeRules => {
      const who = { podUid: 'a', node };
      if (atMs === 'blind') return { ...who, state: 'not-watched', atNs: null, uncertaintyNs: 0 };
      if (atMs === null) return { ...who, state: 'not-dropped', atNs: null, uncertaintyNs: 0 };
      return { ...who, state: 'dropped', atNs: (1000 + atMs) * NS_PER_MS, uncertaintyNs: NS_PER_MS };
    }),
    margins: facts.margins ?? [],
    loads: (facts.loads ?? [{}]).map((changes) => ({ ...load, ...changes })),
    failures: facts.failures ?? [],
  };
}
