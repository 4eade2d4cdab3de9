/** A straight piece of the axis: `fromMs`…`toMs` drawn from `x0` to `x1`. */
export interface AxisSegment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly x0: number;
  readonly x1: number;
}

export interface TimeAxis {
  /** One, or several with breaks between them; all have the same scale. */
  readonly segments: readonly AxisSegment[];
  readonly ticks: readonly { readonly ms: number; readonly x: number }[];
  /** Distance between ticks, ms. */
  readonly stepMs: number;
  /** Where a time is drawn. Inside a break it is squeezed, outside the axis it is put at its end. */
  x(ms: number): number;
}

/** Where nothing happens for more than this share of the whole, the axis is broken. */
const BREAK_SHARE = 0.2;
const BREAK_WIDTH = 46;
const PADDING_SHARE = 0.04;
const TICK_DISTANCE = 84;

/**
 * An axis from `left` to `right` on which all `pointsMs` have room. Long stretches without any point are cut out, so
 * that a burst of 40 ms stays readable beside something that happens five seconds later.
 */
export function timeAxis(pointsMs: readonly number[], left: number, right: number): TimeAxis {
  const points = [...new Set(pointsMs)].sort((a, b) => a - b);
  const clusters = clustersOf(points);
  const shown = clusters.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const padMs = Math.max(shown * PADDING_SHARE, 4);
  const totalMs = shown + 2 * padMs * clusters.length;
  const scale = (right - left - BREAK_WIDTH * (clusters.length - 1)) / totalMs;

  let x = left;
  const segments = clusters.map(({ fromMs, toMs }) => {
    const x0 = x;
    const x1 = x0 + (toMs - fromMs + 2 * padMs) * scale;
    x = x1 + BREAK_WIDTH;
    return { fromMs: fromMs - padMs, toMs: toMs + padMs, x0, x1 };
  });
  const stepMs = niceStep(TICK_DISTANCE / scale);
  return {
    segments,
    stepMs,
    ticks: segments.flatMap((segment) => ticksOf(segment, stepMs)),
    x: (ms) => place(segments, ms),
  };
}

function clustersOf(points: readonly number[]): { fromMs: number; toMs: number }[] {
  const first = points[0] ?? 0;
  const span = (points.at(-1) ?? 0) - first;
  const clusters = [{ fromMs: first, toMs: first }];
  for (const point of points) {
    const last = clusters.at(-1);
    if (last === undefined) break;
    if (span > 0 && point - last.toMs > span * BREAK_SHARE && point - last.toMs > 100) {
      clusters.push({ fromMs: point, toMs: point });
    } else last.toMs = point;
  }
  return clusters;
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * Math.round(power * 1e6)) / 1e6;
}

function ticksOf(segment: AxisSegment, stepMs: number): { ms: number; x: number }[] {
  const ticks = [];
  for (let n = Math.ceil(segment.fromMs / stepMs); n * stepMs <= segment.toMs; n += 1) {
    // Math.ceil gives −0 left of zero.
    const ms = n === 0 ? 0 : n * stepMs;
    ticks.push({ ms, x: within(segment, ms) });
  }
  return ticks;
}

function place(segments: readonly AxisSegment[], ms: number): number {
  const first = segments[0];
  if (first === undefined || ms <= first.fromMs) return first?.x0 ?? 0;
  let before = first;
  for (const segment of segments) {
    if (ms < segment.fromMs) {
      const share = (ms - before.toMs) / (segment.fromMs - before.toMs);
      return before.x1 + share * (segment.x0 - before.x1);
    }
    if (ms <= segment.toMs) return within(segment, ms);
    before = segment;
  }
  return before.x1;
}

function within({ fromMs, toMs, x0, x1 }: AxisSegment, ms: number): number {
  return toMs === fromMs ? x0 : x0 + ((ms - fromMs) / (toMs - fromMs)) * (x1 - x0);
}
