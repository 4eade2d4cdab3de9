import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import { summarizeBudgets } from '../../../../src/analyze/run/summarize-budgets.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import { describeGap } from '../../../../src/report/describe-gap.ts';
import { analyzeScene } from '../attribution/attribute-scene.ts';
import { numbered, scene as s } from '../attribution/write-scene.ts';
import { failed } from '../build-history.ts';

const FRAME: readonly NewHistoryEvent[] = [
  s.pod('LISTED', 'a', 100, { ready: true }),
  s.pod('LISTED', 'b', 100, { ready: true }),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.auditDelete('a', 1000),
  s.action('a', 'accepted', 1004),
  s.listener('a', 'CLOSE', 1500),
  s.exit('a', 1520),
  s.pod('DELETED', 'a', 1900, { deleting: true, terminated: true }),
  s.phase('stop-load', 4000),
  s.phase('clean-up', 4100),
];

type Change = 'listed' | 'added' | 'removed';

/** A rule of another Service of the user's, or of another policy, that leads to the same Pod. */
const other = (
  node: string,
  change: Change,
  at: number,
  about: { readonly service?: string; readonly policy?: 'cluster' | 'local' } = { service: 'ns/peers/tcp/' },
): NewHistoryEvent => ({ ...s.route(node, change, 'a', at), ...about });

const trial = async (...events: readonly NewHistoryEvent[]): Promise<AnalyzedTrial> => ({
  ...(await analyzeScene(numbered([...FRAME, ...events]), failed(1, 1100))),
  verdict: 'pass',
});

const gapOf = (analyzed: AnalyzedTrial): string | null => {
  const [budget] = summarizeBudgets([analyzed], ['node1']);
  return budget === undefined ? null : describeGap(budget);
};

const removed = ({ milestones }: AnalyzedTrial): readonly string[] =>
  milestones
    .filter(({ name }) => name === 'route-removed')
    .map(({ node, atNs }) => `${node ?? ''} ${atNs / NS_PER_MS}`);

describe('when a node stopped sending to a Pod', () => {
  it('is when its rule of the Service that gets the load went, whatever other Service keeps the Pod', async () => {
    const own = [s.route('node1', 'listed', 'a', 500), s.route('node1', 'removed', 'a', 1090)];
    // A Service for peer discovery (publishNotReadyAddresses) keeps a Pod until its object is gone.
    for (const kept of [
      [other('node1', 'listed', 500)],
      [other('node1', 'listed', 500), other('node1', 'removed', 3900)],
      [
        other('node1', 'listed', 500, { policy: 'local' }),
        other('node1', 'removed', 3900, { policy: 'local' }),
      ],
    ]) {
      const analyzed = await trial(...own, ...kept);
      expect(removed(analyzed)).toEqual(['node1 1090']);
      expect(gapOf(analyzed)).toBe('gap +410 ms, safe on 1 of 1 node');
    }
  });

  it('is not the moment at which only another Service stopped', async () => {
    const analyzed = await trial(
      s.route('node1', 'listed', 'a', 500),
      other('node1', 'listed', 500),
      other('node1', 'removed', 1090),
    );
    expect(removed(analyzed)).toEqual([]);
    expect(gapOf(analyzed)).toBe('gap not known, not dropped on node1');
  });

  it('is never, where the node had no rule for it any more when it was disrupted', async () => {
    const analyzed = await trial(s.route('node1', 'listed', 'a', 500), s.route('node1', 'removed', 'a', 900));
    expect(analyzed.rules).toMatchObject([{ node: 'node1', state: 'never-sent' }]);
    expect(removed(analyzed)).toEqual([]);
    expect(gapOf(analyzed)).toBeNull();
  });

  it('is told by a node that was not watched all the time, but the gap is not made of it', async () => {
    const blind: NewHistoryEvent = {
      type: 'observation-gap',
      observer: 'routes of node1',
      fromNs: 1.05e9,
      toNs: 1.06e9,
      reason: 'it was started again',
      atNs: 1.06e9,
      uncertaintyNs: 0,
      source: 'dataplane',
    };
    const analyzed = await trial(
      s.route('node1', 'listed', 'a', 500),
      s.route('node1', 'removed', 'a', 1090),
      blind,
    );
    expect(removed(analyzed)).toEqual(['node1 1090']);
    expect(gapOf(analyzed)).toBe('gap not known, not watched on node1');
  });

  it('is the same moment in the rules, the milestones and the gap, in any order of changes', async () => {
    const change = fc.record({
      node: fc.constantFrom('node1', 'node2'),
      change: fc.constantFrom<Change>('added', 'removed'),
      at: fc.integer({ min: 600, max: 3900 }),
      service: fc.constantFrom('ns/web/tcp/http', 'ns/web/tcp/metrics', 'ns/peers/tcp/'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const analyzed = await trial(
          ...changes.map(({ node, change: what, at, service }) => other(node, what, at, { service })),
        );
        const dropped = analyzed.rules
          .filter(({ state }) => state === 'dropped')
          .map(({ node, atNs }) => `${node} ${(atNs ?? 0) / NS_PER_MS}`);
        expect([...removed(analyzed)].sort()).toEqual(dropped.sort());
      }),
      { numRuns: 200 },
    );
  });
});
