import type { VNode } from 'preact';
import { formatMs } from '../../analyze/words/format-figures.ts';
import { countOf } from '../../model/count-of.ts';
import { signedMs } from '../../report/signed-ms.ts';
import { FIGURES, ownThreshold } from '../figures.ts';
import type { Change } from '../find-changes.ts';
import { dateOf, describeThreshold } from '../history-text.ts';
import { cellTitle, type Series } from '../series.ts';

const WIDTH = 340;
const HEIGHT = 92;
const EDGE = 6;

/** One strategy × disruption × load over time: its margin as a small chart, and its own thresholds. */
export function TrendCard(props: { readonly series: Series; readonly changes: readonly Change[] }): VNode {
  const { series, changes } = props;
  const last = series.points.at(-1)?.cell;
  return (
    <article class="trend-card">
      <h3>{cellTitle(series)}</h3>
      <small>{series.setting}</small>
      <TrendChart series={series} changes={changes} />
      <dl>
        <div>
          <dt>runs</dt>
          <dd>{series.points.length}</dd>
        </div>
        {FIGURES.map((figure) => {
          const threshold = ownThreshold(series, figure);
          return (
            <div>
              <dt>{figure.title}</dt>
              <dd>
                {last?.[figure.figure] == null ? '–' : formatMs(last[figure.figure]?.worst ?? null)}
                <small>{threshold === null ? 'no P95 yet' : `P95 ${describeThreshold(threshold)}`}</small>
              </dd>
            </div>
          );
        })}
      </dl>
    </article>
  );
}

function TrendChart(props: { readonly series: Series; readonly changes: readonly Change[] }): VNode {
  const points = props.series.points.flatMap(({ run, cell: { marginMs } }) =>
    marginMs === null ? [] : [{ run, ms: marginMs.median }],
  );
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined) return <p class="muted">No routing margin is known.</p>;
  const values = points.map(({ ms }) => ms);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const x = (index: number): number =>
    rounded(EDGE + (index / Math.max(1, points.length - 1)) * (WIDTH - 2 * EDGE));
  const y = (ms: number): number =>
    rounded(EDGE + ((high - ms) / Math.max(1, high - low)) * (HEIGHT - 2 * EDGE));
  const label = `Median margin of ${countOf(points.length, 'run')}, ${dateOf(first.run.startedAtMs)} to ${dateOf(last.run.startedAtMs)}: from ${signedMs(Math.min(...values))} to ${signedMs(Math.max(...values))}, now ${signedMs(last.ms)}`;
  return (
    <svg class="trend-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <line class="zero" x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} />
      {props.changes.map(({ since }) => {
        const at = x(points.findIndex(({ run }) => run === since) - 0.5);
        return <line class="change" x1={at} x2={at} y1={0} y2={HEIGHT} />;
      })}
      <polyline points={points.map(({ ms }, index) => `${x(index)},${y(ms)}`).join(' ')} />
      <circle cx={x(points.length - 1)} cy={y(last.ms)} r={3} />
    </svg>
  );
}

function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
