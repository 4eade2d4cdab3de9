import { describe, expect, it } from 'vitest';

import { summarizeBudgets } from '../../../../src/analyze/run/summarize-budgets.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import { describeGap } from '../../../../src/report/describe-gap.ts';
import { scene as s } from '../attribution/write-scene.ts';
import { NODES, shutdownTrial } from '../shutdown-trial.ts';

describe('the budget of a strategy', () => {
  it('is the median and worst time of each step, and a gap whose smallest value decides', async () => {
    const [budget] = summarizeBudgets(
      [
        await shutdownTrial(40, [60, 90]),
        await shutdownTrial(40, [50, 70]),
        await shutdownTrial(200, [60, 80]),
      ],
      NODES,
    );
    const step = (name: string) => budget?.steps.find((each) => each.step === name);
    expect(step('last-node-rules')).toMatchObject({ count: 3, medianMs: 80, maxMs: 90 });
    expect(step('first-node-rules')).toMatchObject({ medianMs: 60 });
    expect(step('listener-closed')).toMatchObject({ medianMs: 40, maxMs: 200 });
    expect(step('last-fresh-connection')).toBeUndefined();
    expect(budget?.gap).toMatchObject({ count: 3, medianMs: -30, worstMs: -50, indeterminate: 0 });
  });

  it('calls a gap within its uncertainty indeterminate', async () => {
    const [budget] = summarizeBudgets([await shutdownTrial(90.5, [60, 90])], NODES);
    expect(budget?.gap?.indeterminate).toBe(1);
  });

  const blind = (observer: string, fromMs: number, toMs: number): NewHistoryEvent => ({
    type: 'observation-gap',
    observer,
    fromNs: fromMs * 1e6,
    toNs: toMs * 1e6,
    reason: 'nft is missing',
    atNs: toMs * 1e6,
    uncertaintyNs: 0,
    source: 'dataplane',
  });
  const told = (node: string, atMs: number, lastSyncMs: number, syncs: number): NewHistoryEvent => ({
    type: 'proxy-sync',
    node,
    lastSyncNs: lastSyncMs * 1e6,
    lastQueuedNs: lastSyncMs * 1e6,
    syncs,
    syncSeconds: syncs / 128,
    fullSyncs: null,
    atNs: atMs * 1e6,
    uncertaintyNs: 1e6,
    source: 'dataplane',
  });

  it('is safe where the Pod listened until after the last node had dropped it', async () => {
    const [budget] = summarizeBudgets([await shutdownTrial(500, [60, 90])], NODES);
    expect(budget).toMatchObject({ state: 'safe', victims: 1, gap: { count: 1, worstMs: 410 } });
    expect(budget?.nodes).toMatchObject([
      { node: 'node1', state: 'safe', dropped: 1, medianMs: 60, gap: { worstMs: 440 } },
      { node: 'node2', state: 'safe', dropped: 1, medianMs: 90, gap: { worstMs: 410 } },
    ]);
  });

  it('knows no gap, and calls it unsafe, where a node never dropped the Pod', async () => {
    const [budget] = summarizeBudgets([await shutdownTrial(500, [60, null])], NODES);
    expect(budget).toMatchObject({ state: 'unsafe', gap: null });
    expect(budget?.nodes).toMatchObject([
      { node: 'node1', state: 'safe' },
      { node: 'node2', state: 'unsafe', dropped: 0, notDropped: 1, notWatched: 0, gap: null },
    ]);
    expect(budget?.steps.some(({ step }) => step === 'last-node-rules')).toBe(false);
    expect(describeGap(budget ?? never())).toBe('gap not known, safe on 1 of 2 nodes, not dropped on node2');
  });

  it('knows no gap where a node was not watched, whatever else was seen of it', async () => {
    const gap = blind('routes of node2', 1050, 1060);
    const [budget] = summarizeBudgets([await shutdownTrial(500, [60, 90], [gap])], NODES);
    expect(budget).toMatchObject({ state: 'unknown', gap: null });
    expect(describeGap(budget ?? never())).toBe('gap not known, safe on 1 of 2 nodes, not watched on node2');
  });

  it('does not mind an observer that was blind before the disruption only', async () => {
    const [budget] = summarizeBudgets(
      [await shutdownTrial(500, [60, 90], [blind('routes of node2', 600, 700)])],
      NODES,
    );
    expect(budget?.state).toBe('safe');
  });

  it('takes a node that nothing was heard of for not watched', async () => {
    const [budget] = summarizeBudgets([await shutdownTrial(500, [60, 90])], [...NODES, 'node3']);
    expect(budget).toMatchObject({ state: 'unknown', gap: null });
    expect(budget?.nodes[2]).toMatchObject({ node: 'node3', state: 'unknown', notWatched: 1 });
  });

  it('does not wait for a node that was watched and never sent to the Pod', async () => {
    const other = s.route('node3', 'listed', 'b', 500);
    const [budget] = summarizeBudgets([await shutdownTrial(500, [60, 90], [other])], [...NODES, 'node3']);
    expect(budget).toMatchObject({ state: 'safe', gap: { worstMs: 410 } });
    expect(budget?.nodes.map(({ node }) => node)).toEqual(NODES);
  });

  it('takes a Pod that a node took back for not dropped', async () => {
    const [budget] = summarizeBudgets(
      [await shutdownTrial(500, [60, 90], [s.route('node1', 'added', 'a', 1200)])],
      NODES,
    );
    expect(budget?.nodes[0]).toMatchObject({ notDropped: 1, state: 'unsafe' });
  });

  it('says of how many Pods a gap is known', async () => {
    const [budget] = summarizeBudgets(
      [await shutdownTrial(500, [60, 90]), await shutdownTrial(500, [60, null])],
      NODES,
    );
    expect(describeGap(budget ?? never())).toBe(
      'gap +410 ms (of 1 of 2 Pods), safe on 1 of 2 nodes, 1 of 2 Pods not dropped on node2',
    );
  });

  it('tells how busy each kube-proxy was', async () => {
    const syncs = [told('node1', 800, 700, 10), told('node1', 3900, 3800, 14), told('node2', 800, 100, 3)];
    const [budget] = summarizeBudgets([await shutdownTrial(500, [60, 90], syncs)], NODES);
    expect(budget?.nodes).toMatchObject([
      { lastSyncBeforeMs: 300, syncsSince: 4, meanSyncMs: 7.8125 },
      { lastSyncBeforeMs: 900, syncsSince: null, meanSyncMs: null },
    ]);
  });

  it('leaves void trials and controls out', async () => {
    const one = await shutdownTrial(40, [60, 90]);
    const control = { ...one, trial: { ...one.trial, role: 'positive-control' as const } };
    expect(summarizeBudgets([{ ...one, verdict: 'void' }, control], NODES)).toEqual([]);
  });
});

function never(): never {
  throw new Error('no budget');
}
