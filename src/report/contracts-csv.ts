import { disruptionLabel } from '../analyze/words/disruption-label.ts';
import type { RunResult } from '../analyze/run-result.ts';
import { toCsv } from './to-csv.ts';

const COLUMNS = [
  'trial',
  'attempt',
  'strategy',
  'disruption',
  'pod',
  'podUid',
  'container',
  'contract',
  'state',
  'message',
  'evidence',
];

/** contracts.csv: what Kubernetes documents of a Pod's end, held against every victim of every trial. */
export function contractsCsv(result: RunResult): Iterable<string> {
  return toCsv(
    COLUMNS,
    result.trials.flatMap(({ trial, attempt, contracts }) =>
      contracts.map((each) => [
        trial.number,
        attempt,
        trial.strategy.name,
        disruptionLabel(trial.disruption),
        each.pod,
        each.podUid,
        each.container,
        each.contract,
        each.state,
        each.message,
        each.eventIds.join(' '),
      ]),
    ),
  );
}
