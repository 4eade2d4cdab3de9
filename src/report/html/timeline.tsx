import type { VNode } from 'preact';
import { formatMs } from '../../analyze/words/format-figures.ts';
import { countOf } from '../../model/count-of.ts';
import { formatSince } from './format-since.ts';
import type { FailureLane, FailureTick } from './failure-ticks.ts';
import { axisLabel } from './axis-label.ts';
import { px } from './px.ts';
import type { AxisSegment, TimeAxis } from './time-axis.ts';
import { TIMELINE, type TimelineRow, type TimelineView } from './timeline-view.ts';

/** Failures as marks, one lane a load and outcome, over the steps of the Pod's end. `name` is the trial's, for readers. */
export function Timeline(props: { readonly view: TimelineView; readonly name: string }): VNode {
  const { view } = props;
  const firstTicks = view.lanes.map((_, index) =>
    view.lanes.slice(0, index).reduce((sum, { ticks }) => sum + ticks.length, 0),
  );
  return (
    <svg
      class="timeline"
      viewBox={`0 0 ${TIMELINE.width} ${view.height}`}
      role="group"
      aria-label={`Timeline of ${props.name}`}
    >
      <Axis axis={view.axis} height={view.height} />
      {view.guides.map(({ x, kind }) => (
        <line class={`guide ${kind}`} x1={px(x)} x2={px(x)} y1={TIMELINE.axisY} y2={view.height} />
      ))}
      {view.lanes.map((lane, index) => (
        <Lane lane={lane} firstTick={firstTicks[index] ?? 0} />
      ))}
      {view.rows.map((row) => (
        <Row row={row} />
      ))}
    </svg>
  );
}

function Axis(props: { readonly axis: TimeAxis; readonly height: number }): VNode {
  const { axis, height } = props;
  const y = TIMELINE.axisY;
  return (
    <g class="axis">
      {axis.segments.map(({ x0, x1, fromMs }, index) => {
        const before = axis.segments[index - 1];
        return (
          <>
            <line class="rule" x1={px(x0)} x2={px(x1)} y1={y} y2={y} />
            {before !== undefined && <Break from={before} to={{ x0, fromMs }} height={height} />}
          </>
        );
      })}
      <text class="caption" x={TIMELINE.left - 28} y={y - 8} text-anchor="end">
        since the event
      </text>
      {axis.ticks.map(({ ms, x }) => (
        <>
          <line class="tick-rule" x1={px(x)} x2={px(x)} y1={y} y2={height} />
          <text x={px(x)} y={y - 8} text-anchor="middle">
            {axisLabel(ms, axis.stepMs)}
          </text>
        </>
      ))}
    </g>
  );
}

/** Where the axis leaves out a stretch in which nothing happened. */
function Break(props: {
  readonly from: AxisSegment;
  readonly to: Pick<AxisSegment, 'x0' | 'fromMs'>;
  readonly height: number;
}): VNode {
  const { from, to, height } = props;
  return (
    <g>
      <title>{`nothing happens from ${formatSince(from.toMs)} to ${formatSince(to.fromMs)}`}</title>
      <rect
        class="break"
        x={px(from.x1)}
        y={TIMELINE.axisY}
        width={px(to.x0 - from.x1)}
        height={px(height - TIMELINE.axisY)}
      />
      <text class="break-label" x={px((from.x1 + to.x0) / 2)} y={TIMELINE.axisY + 15} text-anchor="middle">
        {formatMs(to.fromMs - from.toMs)}
      </text>
    </g>
  );
}

function Lane(props: {
  readonly lane: FailureLane & { readonly y: number };
  readonly firstTick: number;
}): VNode {
  const { lane, firstTick } = props;
  const middle = lane.y + TIMELINE.laneHeight / 2;
  return (
    <g class="lane">
      <line
        class="lane-rule"
        x1={TIMELINE.left}
        x2={TIMELINE.right}
        y1={lane.y + TIMELINE.laneHeight}
        y2={lane.y + TIMELINE.laneHeight}
      />
      <text class="row-label" x={TIMELINE.left - 10} y={middle + 4} text-anchor="end">
        <tspan class="muted">{shorten(lane.load, 20 - lane.outcome.length)}</tspan> {lane.outcome}{' '}
        <tspan class="count">{lane.count}</tspan>
      </text>
      {lane.ticks.map((tick, index) => (
        <Tick tick={tick} lane={lane} index={firstTick + index} middle={middle} />
      ))}
    </g>
  );
}

/** What fits beside the outcome; every mark says the whole name. */
function shorten(name: string, length: number): string {
  return name.length <= Math.max(4, length) ? name : `${name.slice(0, Math.max(3, length - 1))}…`;
}

function Tick(props: {
  readonly tick: FailureTick;
  readonly lane: FailureLane;
  readonly index: number;
  readonly middle: number;
}): VNode {
  const { tick, lane, index, middle } = props;
  const count = tick.failures.length;
  const height = Math.min(18, 8 + 2.5 * Math.log2(count));
  const when =
    tick.firstMs === tick.lastMs
      ? formatSince(tick.firstMs)
      : `${formatSince(tick.firstMs)} to ${formatSince(tick.lastMs)}`;
  const label = `${countOf(count, 'request')} ${lane.outcome} on ${lane.load}, ${when}`;
  return (
    <g class="tick" role="button" tabindex={index === 0 ? 0 : -1} data-tick={index} aria-label={label}>
      <title>{label}</title>
      <rect class="hit" x={px(tick.x - 2.5)} y={middle - 11} width="5" height="22" />
      <rect
        class="mark"
        x={px(tick.x - 1.5)}
        y={px(middle - height / 2)}
        width="3"
        height={px(height)}
        rx="1"
      />
    </g>
  );
}

function Row(props: { readonly row: TimelineRow }): VNode {
  const { row } = props;
  return (
    <g class="row">
      <text class="row-label" x={TIMELINE.left - 10} y={row.y + 13} text-anchor="end">
        {row.label}
      </text>
      {row.marks.map((mark) => {
        const y = row.y + mark.line * TIMELINE.lineHeight + 9;
        return (
          <g>
            <title>{mark.title}</title>
            {mark.halfWidth > 4 && (
              <line
                class="whisker"
                x1={px(mark.x - mark.halfWidth)}
                x2={px(mark.x + mark.halfWidth)}
                y1={y}
                y2={y}
              />
            )}
            <circle cx={px(mark.x)} cy={y} r="3" />
            <text x={px(mark.x + (mark.anchor === 'start' ? 7 : -7))} y={y + 4} text-anchor={mark.anchor}>
              {mark.text}
            </text>
          </g>
        );
      })}
      <line
        class="lane-rule"
        x1={TIMELINE.left}
        x2={TIMELINE.right}
        y1={row.y + row.height}
        y2={row.y + row.height}
      />
    </g>
  );
}
