import type { AnalyzedTrial, RunResult } from '../analyze/run-result.ts';
import { disruptionLabel } from '../analyze/words/disruption-label.ts';
import { traceSpans } from './trace-spans.ts';

/**
 * trace.json: the run for Perfetto and chrome://tracing (trace-event format). Each attempt at a trial is a process with
 * tracks for the harness, every Pod, every node's routes and every load's failed requests; in chunks, one a trial.
 */
export function* traceJson(result: RunResult): Generator<string> {
  yield '{"displayTimeUnit":"ms","otherData":{"schemaVersion":1},"traceEvents":[\n';
  for (const [index, trial] of result.trials.entries()) {
    const events = trialEvents(trial, index + 1);
    yield `${index === 0 ? '' : ',\n'}${events.map((event) => JSON.stringify(event)).join(',\n')}`;
  }
  yield '\n]}\n';
}

/** One entry of a trace-event file; `ts` and `dur` in µs. */
type TraceEvent = Readonly<Record<string, unknown>>;

function trialEvents(trial: AnalyzedTrial, pid: number): readonly TraceEvent[] {
  const tracks = new Map<string, number>();
  const place = (track: string): { readonly pid: number; readonly tid: number } => {
    const tid = tracks.get(track) ?? tracks.size + 1;
    tracks.set(track, tid);
    return { pid, tid };
  };
  const spans = traceSpans(trial).map(({ track, name, fromNs, toNs }) => ({
    ph: 'X',
    name,
    ts: fromNs / 1000,
    dur: (toNs - fromNs) / 1000,
    ...place(track),
  }));
  const milestones = trial.milestones.map(({ name, pod, atNs, ...about }) => ({
    ph: 'i',
    s: 't',
    name,
    ts: atNs / 1000,
    args: {
      container: about.container,
      node: about.node,
      source: about.source,
      uncertaintyNs: about.uncertaintyNs,
      detail: about.detail,
      eventId: about.eventId,
    },
    ...place(pod),
  }));
  const failures = trial.failures.map(
    ({ load, id, outcome, errorCode, startNs, intendedNs, attribution }) => ({
      ph: 'i',
      s: 't',
      name: attribution.cause,
      ts: (startNs ?? intendedNs) / 1000,
      args: { request: `${load}-${id}`, outcome, errorCode, pod: attribution.pod },
      ...place(`load ${load}`),
    }),
  );
  return [...names(trial, pid, tracks), ...spans, ...milestones, ...failures];
}

function names(
  { trial, attempt }: AnalyzedTrial,
  pid: number,
  tracks: ReadonlyMap<string, number>,
): readonly TraceEvent[] {
  const label = trial.role === 'comparison' ? trial.strategy.name : trial.role;
  const again = attempt === 1 ? '' : `, attempt ${attempt}`;
  const name = `trial ${trial.number} ${label}, ${disruptionLabel(trial.disruption)}${again}`;
  return [
    { ph: 'M', name: 'process_name', pid, args: { name } },
    { ph: 'M', name: 'process_sort_index', pid, args: { sort_index: pid } },
    ...[...tracks].flatMap(([track, tid]) => [
      { ph: 'M', name: 'thread_name', pid, tid, args: { name: track } },
      { ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: tid } },
    ]),
  ];
}
