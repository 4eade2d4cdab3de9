import { countOf } from '../../model/count-of.ts';
import type { GateName, GateResult } from '../../model/gate.ts';
import type { Disruption, Target } from '../../model/scenario.ts';
import type { CellHazard } from '../../model/standing.ts';
import type { Verdict } from '../../model/verdict.ts';
import { formatMs } from '../words/format-figures.ts';
import type { AnalyzedLoad, AnalyzedTrial } from '../run-result.ts';

export interface GateInput {
  readonly target: Target;
  readonly load: string;
  /** Valid ones of one strategy and one disruption. */
  readonly trials: readonly AnalyzedTrial[];
  /** Of the cell: the margin is held against the slowest deletion of the run. */
  readonly hazards: readonly CellHazard[];
  /** What failed, failed no more often than in the controls in which nothing happens to the app. */
  readonly likeBackground: boolean;
}

type Judged = Pick<GateResult, 'verdict' | 'figure' | 'explanation'>;

/** After these fewer Pods are wanted than before: there is nothing to come back to. */
const LEAVE_FEWER: ReadonlySet<Disruption['type']> = new Set(['scale-down', 'delete-owner']);

/**
 * Every target that the scenario sets, but the share of failing trials, held against one cell. The worst valid trial
 * decides. What was not seen in a trial is not known to be within its limit, so it is `inconclusive`, never `pass`.
 */
export function judgeGates(input: GateInput): readonly GateResult[] {
  const { target, trials } = input;
  const shrinks = trials.some(({ trial }) => LEAVE_FEWER.has(trial.disruption.type));
  const gate = (
    name: Exclude<GateName, 'maxFailingTrials'>,
    judge: (limit: number) => Judged,
  ): readonly GateResult[] => {
    const limit = target[name];
    return limit === undefined ? [] : [{ gate: name, limit, ...judge(limit) }];
  };
  return [
    ...gate('minMarginMs', (limit) => judgeMargin(input.hazards, limit)),
    ...gate('maxShutdownMs', (limit) => {
      const times = trials.map(({ shutdownMs }) => shutdownMs);
      return judgeTimes('the longest shutdown of a Pod', times, limit);
    }),
    ...(shrinks
      ? []
      : gate('maxRecoveryMs', (limit) => {
          const times = trials.map(({ recoveredMs }) => recoveredMs);
          return judgeTimes('the longest recovery', times, limit);
        })),
    ...gate('maxP99Ms', (limit) => judgeP99(input, limit)),
    ...gate('maxUnavailableMs', (limit) => judgeUnavailable(input, limit)),
  ];
}

function judgeMargin(hazards: readonly CellHazard[], limit: number): Judged {
  const routed = hazards.find(({ hazard }) => hazard === 'still-routed');
  const { worst = null, state = 'unknown' } = routed ?? {};
  if (worst === null) {
    const why = routed === undefined || routed.detail === '' ? '' : ` (${routed.detail})`;
    return state === 'there'
      ? { verdict: 'fail', figure: null, explanation: `the smallest routing margin is below zero${why}` }
      : { verdict: 'inconclusive', figure: null, explanation: `no routing margin is known${why}` };
  }
  const { ms, uncertaintyMs } = worst;
  const known = `the smallest routing margin${state === 'unknown' ? ' that is known' : ''} is ${formatMs(ms)} ± ${formatMs(uncertaintyMs)}`;
  const said = (verdict: Verdict, more = ''): Judged => {
    return { verdict, figure: ms, explanation: `${known}${more}` };
  };
  if (ms + uncertaintyMs < limit) return said('fail');
  if (state === 'unknown') return said('inconclusive', `; not all are (${routed?.detail ?? ''})`);
  return ms - uncertaintyMs >= limit ? said('pass') : said('inconclusive', ': within its uncertainty');
}

/** Each trial has one; `null`: it was not seen. */
function judgeTimes(what: string, times: readonly (number | null)[], limit: number): Judged {
  const known = times.filter((time) => time !== null);
  const figure = known.length === 0 ? null : Math.max(...known);
  const unseen = times.length - known.length;
  if (figure !== null && figure > limit) {
    return { verdict: 'fail', figure, explanation: `${what} took ${formatMs(figure)}` };
  }
  if (figure === null) return { verdict: 'inconclusive', figure, explanation: `${what} was not seen` };
  const missing = unseen === 0 ? '' : `; it was not seen in ${unseen} of ${countOf(times.length, 'trial')}`;
  return {
    verdict: unseen === 0 ? 'pass' : 'inconclusive',
    figure,
    explanation: `${what} took ${formatMs(figure)}${missing}`,
  };
}

function judgeP99(input: GateInput, limit: number): Judged {
  const all = loadsOf(input).map(({ eventLatencyMs }) => eventLatencyMs);
  const known = all.flatMap(({ p99 }) => (p99 === null ? [] : [p99]));
  const figure = known.length === 0 ? null : Math.max(...known);
  const isBound = all.some(({ censored }) => censored?.lowerBounds.includes('p99') === true);
  if (figure === null) {
    return { verdict: 'inconclusive', figure, explanation: 'nothing was answered after the disruption' };
  }
  const explanation = `the largest 99th percentile of latency is ${isBound ? 'at least ' : ''}${formatMs(figure)}`;
  if (figure > limit) return missed(input, figure, explanation);
  const open = isBound || known.length < all.length;
  return { verdict: open ? 'inconclusive' : 'pass', figure, explanation };
}

function judgeUnavailable(input: GateInput, limit: number): Judged {
  const wanted = loadsOf(input).flatMap(({ unavailableMs: ms, unavailableAtLeast: atLeast }) =>
    ms === null ? [] : [{ ms, atLeast }],
  );
  const worst = wanted.toSorted((a, b) => b.ms - a.ms)[0];
  if (worst === undefined) {
    return { verdict: 'inconclusive', figure: null, explanation: 'no request was due after the disruption' };
  }
  const explanation = `the longest time without a good answer is ${worst.atLeast ? 'at least ' : ''}${formatMs(worst.ms)}`;
  if (worst.ms >= limit) return missed(input, worst.ms, explanation);
  const open = wanted.some(({ atLeast }) => atLeast);
  return { verdict: open ? 'inconclusive' : 'pass', figure: worst.ms, explanation };
}

/** What the controls show just as often is not held against a strategy. */
function missed({ likeBackground }: GateInput, figure: number, explanation: string): Judged {
  return likeBackground
    ? { verdict: 'inconclusive', figure, explanation: `${explanation}, no more often than in the controls` }
    : { verdict: 'fail', figure, explanation };
}

function loadsOf({ trials, load }: GateInput): readonly AnalyzedLoad[] {
  return trials.flatMap(({ loads }) => loads.filter((each) => each.load === load));
}
