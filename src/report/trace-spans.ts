import type { AnalyzedTrial } from '../analyze/run-result.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';

/** A time in which something went on, ns since run start. Spans of one track do not overlap. */
export interface TraceSpan {
  readonly track: string;
  readonly name: string;
  readonly fromNs: number;
  readonly toNs: number;
}

/**
 * What went on in a trial: the harness' phases, and of each Pod that went or came its termination, its serving, its
 * hooks, its containers' stopping and each node's route. What began before the trial, or was not seen to end, reaches
 * to the trial's own ends.
 */
export function traceSpans(trial: AnalyzedTrial): readonly TraceSpan[] {
  const { phases, milestones } = trial;
  const times = [...phases, ...milestones].map(({ atNs }) => atNs).sort((a, b) => a - b);
  const [beginNs, endNs] = [times.at(0), times.at(-1)];
  if (beginNs === undefined || endNs === undefined) return [];
  const span = (track: string, name: string, fromNs = beginNs, toNs = endNs): readonly TraceSpan[] =>
    toNs < fromNs ? [] : [{ track, name, fromNs, toNs }];
  const harness = phases.flatMap(({ phase, atNs }, index) =>
    span('harness', phase, atNs, phases[index + 1]?.atNs),
  );
  const pods = [...Map.groupBy(milestones, ({ podUid, pod }) => `${podUid} ${pod}`).values()];
  return [...harness, ...pods.flatMap((own) => podSpans(own, span))];
}

type MakeSpan = (track: string, name: string, fromNs?: number, toNs?: number) => readonly TraceSpan[];

function podSpans(own: readonly Milestone[], span: MakeSpan): readonly TraceSpan[] {
  const pod = own[0]?.pod ?? '';
  const at = atOf(own);
  const going = at('deletion-timestamp-seen', 'delete-requested');
  const [listening, closed] = [at('replacement-listening'), at('listener-closed')];
  const serves = listening !== undefined || closed !== undefined;
  return [
    ...(going === undefined ? [] : span(pod, 'terminating', going, at('pod-gone'))),
    ...(serves ? span(`${pod} serving`, 'serving', listening, closed) : []),
    ...[...Map.groupBy(own, ({ container }) => container)].flatMap(([container, steps]) =>
      container === null ? [] : containerSpans(`${pod} ${container}`, steps, span),
    ),
    ...own
      .filter(({ name }) => name === 'route-removed' || name === 'replacement-routed')
      .flatMap(({ name, node, atNs }) => {
        const track = `${node ?? 'a node'} → ${pod}`;
        return name === 'route-removed'
          ? span(track, 'routed', undefined, atNs)
          : span(track, 'routed', atNs);
      }),
  ];
}

function containerSpans(track: string, own: readonly Milestone[], span: MakeSpan): readonly TraceSpan[] {
  const at = atOf(own);
  const hook = at('prestop-started');
  const signal = at('signal-sent', 'signal-received');
  const ended = at('process-exited', 'exiting', 'container-terminated');
  return [
    ...(hook === undefined ? [] : span(`${track} preStop`, 'preStop', hook, at('prestop-ended'))),
    ...(signal === undefined ? [] : span(`${track} stopping`, 'stopping', signal, ended)),
  ];
}

/** When the first of these steps that was seen was. */
function atOf(own: readonly Milestone[]): (...names: readonly MilestoneName[]) => number | undefined {
  return (...names) =>
    names
      .map((name) => own.find((milestone) => milestone.name === name)?.atNs)
      .find((atNs) => atNs !== undefined);
}
