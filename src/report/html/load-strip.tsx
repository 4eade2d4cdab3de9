import type { VNode } from 'preact';
import { formatMs } from '../../analyze/words/format-figures.ts';
import { BIN_NS } from '../../analyze/ledger/load-series.ts';
import type { AnalyzedTrial, LoadBin } from '../../analyze/run-result.ts';
import { countOf } from '../../model/count-of.ts';
import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import { formatCount } from '../../model/format-count.ts';
import { px } from './px.ts';
import { TIMELINE } from './timeline-view.ts';

const MOST_COLUMNS = 260;
const REQUESTS = { top: 6, height: 38 };
const LATENCY = { top: 54, height: 26 };
const HEIGHT = 100;

interface Column {
  readonly fromNs: number;
  ok: number;
  failed: number;
  heldUp: number;
  other: number;
  maxLatencyMs: number | null;
}

/** The whole trial: requests over time, failed ones and those held up marked, and the slowest answer of each moment; all loads together. */
export function LoadStrip(props: { readonly trial: AnalyzedTrial; readonly zeroNs: number }): VNode | null {
  const { trial, zeroNs } = props;
  const bins = trial.loads.flatMap(({ series }) => series);
  if (bins.length === 0) return null;
  const { columns, widthNs } = gather(bins);
  const fromNs = Math.min(...columns.map((column) => column.fromNs));
  const toNs = Math.max(...columns.map((column) => column.fromNs)) + widthNs;
  const x = (ns: number): number =>
    px(TIMELINE.left + ((ns - fromNs) / (toNs - fromNs)) * (TIMELINE.right - TIMELINE.left));
  const most = Math.max(...columns.map(({ ok, failed, heldUp, other }) => ok + failed + heldUp + other));
  const slowest = Math.max(...columns.map(({ maxLatencyMs }) => maxLatencyMs ?? 0));
  const width = Math.max(0.5, px((x(fromNs + widthNs) - x(fromNs)) * 0.86));
  const label = `Load over the whole trial: up to ${countOf(most, 'request')} in ${formatMs(widthNs / NS_PER_MS)}, slowest answer ${formatMs(slowest)}`;
  return (
    <svg class="strip" viewBox={`0 0 ${TIMELINE.width} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <RowLabel
        y={REQUESTS.top}
        title="requests"
        detail={`most ${formatCount(most)} / ${formatMs(widthNs / NS_PER_MS)}`}
      />
      <RowLabel y={LATENCY.top} title="slowest answer" detail={`most ${formatMs(slowest)}`} />
      {columns.map((column) => (
        <Bar column={column} x={x(column.fromNs)} width={width} most={most} />
      ))}
      <path class="latency" d={latencyPath(columns, widthNs, slowest, x)} />
      {trial.disruptionNs !== null && (
        <line
          class="guide delete-requested"
          x1={x(trial.disruptionNs)}
          x2={x(trial.disruptionNs)}
          y1="0"
          y2="84"
        />
      )}
      <line class="rule" x1={TIMELINE.left} x2={TIMELINE.right} y1="84" y2="84" />
      <text class="caption" x={TIMELINE.left - 28} y="97" text-anchor="end">
        the whole trial
      </text>
      {secondMarks(fromNs, toNs, zeroNs).map((seconds) => (
        <text x={x(zeroNs + seconds * NS_PER_S)} y="97" text-anchor="middle">
          {seconds === 0 ? '0' : `${seconds < 0 ? '−' : ''}${Math.abs(seconds)} s`}
        </text>
      ))}
    </svg>
  );
}

function RowLabel(props: { readonly y: number; readonly title: string; readonly detail: string }): VNode {
  return (
    <text class="row-label" x={TIMELINE.left - 10} y={props.y + 12} text-anchor="end">
      {props.title}
      <tspan class="muted" x={TIMELINE.left - 10} dy="13">
        {props.detail}
      </tspan>
    </text>
  );
}

function Bar(props: {
  readonly column: Column;
  readonly x: number;
  readonly width: number;
  readonly most: number;
}): VNode {
  const { column, x, width, most } = props;
  const scale = REQUESTS.height / most;
  const bottom = REQUESTS.top + REQUESTS.height;
  // A failure is never too small to see.
  const failed = column.failed === 0 ? 0 : Math.max(3, column.failed * scale);
  const heldUp = column.heldUp * scale;
  const rest = (column.ok + column.other) * scale;
  return (
    <>
      {rest > 0 && <rect class="ok" x={x} y={px(bottom - rest)} width={width} height={px(rest)} />}
      {heldUp > 0 && (
        <rect class="held-up" x={x} y={px(bottom - rest - heldUp)} width={width} height={px(heldUp)} />
      )}
      {failed > 0 && <rect class="failed" x={x} y={px(bottom - failed)} width={width} height={px(failed)} />}
    </>
  );
}

function gather(bins: readonly LoadBin[]): { columns: readonly Column[]; widthNs: number } {
  const first = Math.min(...bins.map(({ fromNs }) => fromNs));
  const last = Math.max(...bins.map(({ fromNs }) => fromNs));
  const widthNs = BIN_NS * Math.ceil(((last - first) / BIN_NS + 1) / MOST_COLUMNS);
  const columns = new Map<number, Column>();
  for (const bin of bins) {
    const index = Math.floor((bin.fromNs - first) / widthNs);
    const column = columns.get(index) ?? {
      fromNs: first + index * widthNs,
      ok: 0,
      failed: 0,
      heldUp: 0,
      other: 0,
      maxLatencyMs: null,
    };
    columns.set(index, column);
    column.ok += bin.ok;
    column.failed += bin.failed;
    column.heldUp += bin.heldUp;
    column.other += bin.other;
    if (bin.maxLatencyMs !== null) {
      column.maxLatencyMs = Math.max(column.maxLatencyMs ?? 0, bin.maxLatencyMs);
    }
  }
  return { columns: [...columns.values()].sort((a, b) => a.fromNs - b.fromNs), widthNs };
}

/** A line through the slowest answers, with gaps where there was none. */
function latencyPath(
  columns: readonly Column[],
  widthNs: number,
  slowest: number,
  x: (ns: number) => number,
): string {
  let previousNs = -Infinity;
  return columns
    .filter(({ maxLatencyMs }) => maxLatencyMs !== null)
    .map(({ fromNs, maxLatencyMs }) => {
      const joined = fromNs - previousNs <= widthNs * 1.5;
      previousNs = fromNs;
      const y = LATENCY.top + LATENCY.height * (1 - (maxLatencyMs ?? 0) / Math.max(slowest, 1));
      return `${joined ? 'L' : 'M'}${x(fromNs + widthNs / 2)} ${px(y)}`;
    })
    .join('');
}

function secondMarks(fromNs: number, toNs: number, zeroNs: number): readonly number[] {
  const from = (fromNs - zeroNs) / NS_PER_S;
  const to = (toNs - zeroNs) / NS_PER_S;
  const step = [1, 2, 5, 10, 20, 30, 60].find((candidate) => (to - from) / candidate <= 14) ?? 120;
  const marks: number[] = [];
  for (let mark = Math.ceil(from / step) * step; mark <= to; mark += step) marks.push(mark === 0 ? 0 : mark);
  return marks;
}
