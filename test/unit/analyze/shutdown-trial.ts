import type { AnalyzedTrial } from '../../../src/analyze/run-result.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { analyzeScene } from './attribution/attribute-scene.ts';
import { numbered, scene as s } from './attribution/write-scene.ts';
import { failed } from './build-history.ts';

/** A trial in which web-a is deleted at 1000 ms: all but what becomes of it. */
export const FRAME: readonly NewHistoryEvent[] = [
  s.pod('LISTED', 'a', 100, { ready: true }),
  s.pod('LISTED', 'b', 100, { ready: true }),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.auditDelete('a', 1000),
  s.action('a', 'accepted', 1004),
  s.phase('stop-load', 4000),
  s.phase('clean-up', 4100),
];

export const NODES = ['node1', 'node2'];

/** The shutdown of web-a. `routesMs`: when each node dropped the Pod, since the delete; `null`: it never did. */
export async function shutdownTrial(
  listenerMs: number,
  routesMs: readonly [number | null, number | null],
  more: readonly NewHistoryEvent[] = [],
): Promise<AnalyzedTrial> {
  const events = [
    ...FRAME,
    ...NODES.flatMap((node, index) => {
      const atMs = routesMs[index] ?? null;
      const listed = s.route(node, 'listed', 'a', 500);
      return atMs === null ? [listed] : [listed, s.route(node, 'removed', 'a', 1000 + atMs)];
    }),
    ...more,
    s.listener('a', 'CLOSE', 1000 + listenerMs),
    s.exit('a', 1000 + listenerMs + 20),
    s.pod('DELETED', 'a', 1900, { deleting: true, terminated: true }),
  ];
  const analyzed = await analyzeScene(numbered(events), failed(1, 1100));
  return { ...analyzed, verdict: 'fail' };
}
