import type { VNode } from 'preact';
import { formatPercent } from '../../analyze/words/format-figures.ts';
import type { CellResult } from '../../analyze/run-result.ts';
import { describeScore } from '../describe-score.ts';
import { countOf } from '../../model/count-of.ts';

const WIDTH = 132;
const HEIGHT = 16;

/** The share of failing trials from 0 to 100 %: what was seen, the exact 95 % interval, and the target. */
export function IntervalBar(props: { readonly cell: CellResult; readonly target: number }): VNode {
  const { cell, target } = props;
  const { lower, upper } = cell.interval;
  const x = (share: number): number => Math.round((2 + share * (WIDTH - 4)) * 10) / 10;
  const seen = cell.trials === 0 ? null : cell.failingTrials / cell.trials;
  const { bound } = describeScore(cell);
  const label =
    seen === null
      ? 'no valid trial'
      : `${cell.failingTrials} of ${countOf(cell.trials, 'trial')} failing, ${bound} at 95 % confidence, target below ${formatPercent(target)}`;
  return (
    <svg class={`interval ${cell.verdict}`} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <rect class="track" x="2" y="7" width={WIDTH - 4} height="2" rx="1" />
      <line class="target" x1={x(target)} x2={x(target)} y1="1" y2={HEIGHT - 1} />
      {seen !== null && (
        <>
          <rect class="band" x={x(lower)} y="5" width={Math.max(2, x(upper) - x(lower))} height="6" rx="3" />
          <circle class="seen" cx={x(seen)} cy="8" r="3.5" />
        </>
      )}
    </svg>
  );
}
