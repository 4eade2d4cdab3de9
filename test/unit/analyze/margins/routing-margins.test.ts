import { describe, expect, it } from 'vitest';

import { nameMargins, routingMargins } from '../../../../src/analyze/margins/routing-margins.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { Milestone, MilestoneName } from '../../../../src/model/milestone.ts';
import type { NodeRules } from '../../../../src/model/node-rules.ts';

const VICTIM = { name: 'web-a', uid: 'a', node: 'node1', podIP: '198.18.1.1' };
const NODES = ['node1', 'node2'];

const step = (name: MilestoneName, atMs: number, uncertaintyMs = 0.1): Milestone => ({
  name,
  pod: 'web-a',
  podUid: 'a',
  node: 'node1',
  container: null,
  atNs: atMs * NS_PER_MS,
  uncertaintyNs: uncertaintyMs * NS_PER_MS,
  source: 'kernel-trace',
  eventId: 1,
});
const dropped = (node: string, atMs: number, uncertaintyMs = 1): NodeRules => ({
  podUid: 'a',
  node,
  state: 'dropped',
  atNs: atMs * NS_PER_MS,
  uncertaintyNs: uncertaintyMs * NS_PER_MS,
});
const other = (node: string, state: Exclude<NodeRules['state'], 'dropped'>): NodeRules => ({
  podUid: 'a',
  node,
  state,
  atNs: null,
  uncertaintyNs: 0,
});

const margins = (rules: readonly NodeRules[], milestones: readonly Milestone[], nodes = NODES) =>
  routingMargins({ victims: [VICTIM], milestones, rules, nodes, whyNoNode: 'no node to ask' });

describe('the routing margin', () => {
  it('is how long a Pod still listened when each node had stopped sending to it, with the joint uncertainty', () => {
    const found = margins(
      [dropped('node1', 100), dropped('node2', 1200, 40)],
      [step('listener-closed', 1000)],
    );
    expect(found).toMatchObject([
      { node: 'node1', state: 'dropped', margin: { ms: 900, uncertaintyMs: 1.1 } },
      { node: 'node2', state: 'dropped', margin: { ms: -200, uncertaintyMs: 40.1 } },
    ]);
  });

  it('ends with the process of an app that never closes its listener itself', () => {
    const found = margins([dropped('node1', 100)], [step('process-exited', 400)], ['node1']);
    expect(found[0]?.margin?.ms).toBe(300);
  });

  it('is not known of a node that was not watched, nor of one that nothing was heard of', () => {
    const found = margins(
      [dropped('node1', 100), other('node2', 'not-watched')],
      [step('listener-closed', 500)],
      [...NODES, 'node3'],
    );
    expect(found.map(({ node, state }) => [node, state])).toEqual([
      ['node1', 'dropped'],
      ['node2', 'unknown'],
      ['node3', 'unknown'],
    ]);
  });

  it('does not exist on a node that was watched and never sent to the Pod', () => {
    const found = margins(
      [dropped('node1', 100), other('node2', 'never-sent')],
      [step('listener-closed', 500)],
    );
    expect(found.map(({ node }) => node)).toEqual(['node1']);
  });

  it('is below zero by an unknown amount where a node never dropped a Pod that no longer listened', () => {
    const found = margins([other('node1', 'not-dropped')], [step('listener-closed', 500)], ['node1']);
    expect(found).toMatchObject([{ state: 'not-dropped', margin: null }]);
  });

  it('is not known where nobody saw the Pod stop listening, whatever its nodes did', () => {
    const found = margins([dropped('node1', 100), other('node2', 'not-dropped')], []);
    expect(found.map(({ state, why }) => [state, why])).toEqual([
      ['unknown', 'nobody saw the listener close'],
      ['unknown', 'nobody saw the listener close'],
    ]);
  });

  it('is not known without a node to ask, and says why', () => {
    const found = margins([dropped('node1', 100)], [step('listener-closed', 500)], []);
    expect(found).toMatchObject([{ state: 'unknown', why: 'no node to ask' }]);
  });
});

describe('the routing margin of clients that go by a name', () => {
  const closed = [step('listener-closed', 6000)];
  const byName = (until: Readonly<Record<string, number>>, milestones = closed, isShared = false) =>
    nameMargins({
      ...{ victims: [VICTIM], milestones, uncertaintyNs: 2 * NS_PER_MS, isShared: () => isShared },
      untilNs: new Map(Object.entries(until).map(([address, ms]) => [address, ms * NS_PER_MS])),
    });

  it('is how long a Pod still listened when the last record that named it had come to its end', () => {
    expect(byName({ '198.18.1.1': 5200 })).toMatchObject([
      { pod: 'web-a', node: 'the name', state: 'dropped', margin: { ms: 800, uncertaintyMs: 2.1 } },
    ]);
    expect(byName({ '198.18.1.1': 7000, '198.18.1.2': 1 })[0]?.margin?.ms).toBe(-1000);
  });

  it('does not exist of a Pod that the name never meant', () => {
    expect(byName({ '198.18.1.2': 5200 })).toEqual([]);
  });

  it('is not known where nobody saw the listener close, nor where another Pod had the same address', () => {
    expect(byName({ '198.18.1.1': 5200 }, [])).toMatchObject([{ state: 'unknown', margin: null }]);
    expect(byName({ '198.18.1.1': 5200 }, closed, true)).toMatchObject([{ state: 'unknown', margin: null }]);
  });
});
