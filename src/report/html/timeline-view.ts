import type { AnalyzedTrial } from '../../analyze/run-result.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { MILESTONE_ROWS, milestoneKind, type Milestone } from '../../model/milestone.ts';
import { failureLanes, type FailureLane } from './failure-ticks.ts';
import { formatSince } from './format-since.ts';
import { placeLabels, type PlacedLabel } from './place-labels.ts';
import { stepsLabel } from './step-label.ts';
import { timeAxis, type TimeAxis } from './time-axis.ts';

/** Geometry of one trial's timeline, in the units of its SVG. */
export interface TimelineView {
  readonly axis: TimeAxis;
  readonly lanes: readonly (FailureLane & { readonly y: number })[];
  readonly rows: readonly TimelineRow[];
  /** Steps that are drawn through all lanes, because failures are to be read against them. */
  readonly guides: readonly { readonly x: number; readonly kind: string }[];
  readonly height: number;
  /** Pods that have no rows of their own, for want of room; their milestones are in the table. */
  readonly podsLeftOut: number;
}

export interface TimelineRow {
  readonly label: string;
  readonly y: number;
  readonly height: number;
  readonly marks: readonly (PlacedLabel & { readonly halfWidth: number; readonly title: string })[];
}

export const TIMELINE = { width: 1060, left: 150, right: 1048, axisY: 22, laneHeight: 22, lineHeight: 16 };

const GUIDES: ReadonlySet<string> = new Set([
  'delete-requested',
  'slice-not-ready',
  'listener-closed',
  'exiting',
]);
const PODS_WITH_ROWS = 3;

/** Lays one trial out; `null` when there is nothing to see: nothing failed and nothing was disrupted. */
export function timelineView(trial: AnalyzedTrial, zeroNs: number): TimelineView | null {
  const msOf = (atNs: number): number => (atNs - zeroNs) / NS_PER_MS;
  const points = [
    ...trial.failures.map((failure) => msOf(failure.startNs ?? failure.intendedNs)),
    ...trial.milestones.map(({ atNs }) => msOf(atNs)),
  ];
  if (points.length === 0) return null;
  const axis = timeAxis(points, TIMELINE.left, TIMELINE.right);

  // The length of what a break leaves out stands below the axis: where no lane is there, make room for it.
  let y = TIMELINE.axisY + (trial.failures.length === 0 && axis.segments.length > 1 ? 22 : 8);
  const lanes = failureLanes(trial.failures, zeroNs, axis).map((lane) => {
    const placed = { ...lane, y };
    y += TIMELINE.laneHeight;
    return placed;
  });
  y += lanes.length > 0 ? 8 : 0;

  const shown = trial.victims.slice(0, PODS_WITH_ROWS).map(({ uid }) => uid);
  const rows: TimelineRow[] = [];
  const containers = new Set(trial.milestones.flatMap(({ container }) => container ?? []));
  const namesContainers = containers.size > 1;
  for (const group of milestoneGroups(trial, shown)) {
    const marks = marksOf(group.milestones, axis, msOf, namesContainers);
    const height = (Math.max(...marks.map(({ line }) => line)) + 1) * TIMELINE.lineHeight + 6;
    rows.push({ label: group.label, y, height, marks });
    y += height;
  }
  return {
    axis,
    lanes,
    rows,
    guides: trial.milestones
      .filter(({ name, podUid }) => GUIDES.has(name) && (podUid === shown[0] || name === 'delete-requested'))
      .map(({ name, atNs }) => ({ x: axis.x(msOf(atNs)), kind: name })),
    height: y + 4,
    podsLeftOut: Math.max(0, trial.victims.length - PODS_WITH_ROWS),
  };
}

interface MilestoneGroup {
  readonly label: string;
  readonly milestones: readonly Milestone[];
}

/** One row for each who saw it; with several victims one for each of the first three of them. */
function milestoneGroups(trial: AnalyzedTrial, shown: readonly string[]): readonly MilestoneGroup[] {
  const victims = new Set(trial.victims.map(({ uid }) => uid));
  return MILESTONE_ROWS.flatMap((row) => {
    const own = trial.milestones.filter(({ name }) => milestoneKind(name).row === row);
    const unnamed = own.filter(({ podUid }) => !victims.has(podUid));
    const groups = [
      { label: row, milestones: unnamed },
      ...shown.map((uid) => {
        const pod = trial.victims.find((victim) => victim.uid === uid);
        return {
          label: shown.length > 1 ? `${row} · ${pod?.name.split('-').at(-1) ?? ''}` : row,
          milestones: own.filter(({ podUid }) => podUid === uid),
        };
      }),
    ];
    return groups.filter(({ milestones }) => milestones.length > 0);
  });
}

/** Steps that one event showed share a mark. */
function marksOf(
  milestones: readonly Milestone[],
  axis: TimeAxis,
  msOf: (atNs: number) => number,
  namesContainers: boolean,
): TimelineRow['marks'] {
  const events = [...Map.groupBy(milestones, ({ eventId, name }) => eventId ?? name).values()].flatMap(
    (steps) => {
      const [first] = steps;
      if (first === undefined) return [];
      const ms = msOf(first.atNs);
      const names = stepsLabel(steps, namesContainers);
      const uncertaintyMs = first.uncertaintyNs / NS_PER_MS;
      return [
        {
          x: axis.x(ms),
          text: `${names} ${formatSince(ms)}`,
          halfWidth: Math.max(0, (axis.x(ms + uncertaintyMs) - axis.x(ms - uncertaintyMs)) / 2),
          title: `${names}: ${formatSince(ms)} ± ${uncertaintyMs.toFixed(2)} ms, ${first.source}, Pod ${first.pod}, ${first.eventId === null ? 'from the ledger' : `event ${first.eventId}`}`,
        },
      ];
    },
  );
  const placed = placeLabels(events, TIMELINE.right);
  return events.map((event, index) => ({ ...event, line: 0, anchor: 'start' as const, ...placed[index] }));
}
