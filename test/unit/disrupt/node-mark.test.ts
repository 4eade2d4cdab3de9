import { expect, test } from 'vitest';
import {
  fencePatch,
  markPatch,
  nodeMark,
  unmarkPatch,
  type NodeMark,
} from '../../../src/disrupt/node-mark.ts';

const MARK: NodeMark = { run: 'run-1', change: 'taint', owner: { pid: 7 }, expires: '2030-01-01T00:00:00Z' };
const THEIRS = { key: 'maintenance', value: 'yes', effect: 'NoSchedule' };
const metadata = { uid: 'u', resourceVersion: '5' };

test('a taint is added to those that are there, and only ours is taken away again', () => {
  const marked = markPatch({ metadata, spec: { taints: [THEIRS] } }, MARK);
  const ours = { key: 'drainbench.dev/evict', value: 'run-1', effect: 'NoExecute' };
  expect(marked).toMatchObject({ metadata, spec: { taints: [THEIRS, ours] } });
  const another = { ...ours, value: 'run-2' };
  const undone = unmarkPatch({ metadata, spec: { taints: [ours, another, THEIRS] } }, MARK);
  expect(undone).toMatchObject({ metadata, spec: { taints: [another, THEIRS] } });
});

test('a closed node is opened again', () => {
  const mark: NodeMark = { ...MARK, change: 'cordon' };
  expect(markPatch({ metadata, spec: {} }, mark)).toMatchObject({ spec: { unschedulable: true } });
  expect(unmarkPatch({ metadata, spec: { unschedulable: true } }, mark)).toMatchObject({
    spec: { unschedulable: null },
  });
});

test('a fence changes the version of a Node, and undoing it touches nothing that others did to it', () => {
  const fenced = fencePatch({ metadata }, { ...MARK, change: 'cordon' }) as { metadata: object };
  expect(fenced).toMatchObject({ metadata });
  expect(fenced).not.toHaveProperty('spec');
  const mark = nodeMark(fenced);
  expect(mark?.run).toBe('run-1');
  const closed = { ...fenced, spec: { unschedulable: true, taints: [THEIRS] } };
  expect(unmarkPatch(closed, mark ?? MARK)).toMatchObject({ spec: { taints: [THEIRS] } });
  expect(unmarkPatch(closed, mark ?? MARK)).not.toHaveProperty('spec.unschedulable');
});

test('the mark says who did it, and goes with the change', () => {
  const marked = markPatch({ metadata, spec: {} }, MARK) as { metadata: object };
  expect(nodeMark(marked)).toEqual(MARK);
  expect(unmarkPatch({ metadata, spec: {} }, MARK)).toMatchObject({
    metadata: { annotations: { 'drainbench.dev/node-change': null } },
  });
});

test.each(['', '{', '{"run":1}', 'null'])('what we did not write (%j) is no mark of ours', (text) => {
  expect(nodeMark({ metadata: { annotations: { 'drainbench.dev/node-change': text } } })).toBeNull();
  expect(nodeMark({ metadata })).toBeNull();
});
