import type { RunResult } from '../analyze/run-result.ts';
import { NS_PER_MS } from '../model/duration.ts';
import { rounded, toCsv } from './to-csv.ts';

const COLUMNS = [
  'trial',
  'attempt',
  'strategy',
  'pod',
  'podUid',
  'node',
  'container',
  'milestone',
  'atNs',
  'sinceDisruptionMs',
  'uncertaintyNs',
  'source',
  'eventId',
  'detail',
];

/** milestones.csv: every step that was seen of every Pod's end and of every replacement's beginning. */
export function milestonesCsv(result: RunResult): Iterable<string> {
  return toCsv(
    COLUMNS,
    result.trials.flatMap(({ trial, attempt, disruptionNs, milestones }) =>
      milestones.map((milestone) => [
        trial.number,
        attempt,
        trial.strategy.name,
        milestone.pod,
        milestone.podUid,
        milestone.node,
        milestone.container,
        milestone.name,
        milestone.atNs,
        disruptionNs === null ? null : rounded((milestone.atNs - disruptionNs) / NS_PER_MS),
        milestone.uncertaintyNs,
        milestone.source,
        milestone.eventId,
        milestone.detail ?? null,
      ]),
    ),
  );
}
