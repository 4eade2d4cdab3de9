import { countOf } from '../../model/count-of.ts';
import type { PlannedTrial, TrialRole } from '../../model/plan.ts';
import type { Finding, Verdict } from '../../model/verdict.ts';
import { disruptionLabel } from '../words/disruption-label.ts';
import { formatMs, formatPercent } from '../words/format-figures.ts';
import { lostRequests } from '../ledger/lost-requests.ts';
import type { AnalyzedTrial, ControlResult, FailedRequest } from '../run-result.ts';
import { lowerBound } from '../statistics/clopper-pearson.ts';
import { tooManyVoid } from '../margins/judge-standing.ts';

/**
 * So many trials may fail although nothing is disrupted: a machine that stalls for a moment. A single one of five shows
 * already that there are more; of 59, two do not.
 */
const LARGEST_BACKGROUND_SHARE = 0.01;

export interface ControlJudgement {
  readonly controls: readonly ControlResult[];
  readonly findings: readonly Finding[];
}

/**
 * Decides from the controls whether the run can be believed. Void for the whole run is
 *
 * - negative controls that fail more often than one in a hundred, at 95 %: something other than the disruption fails
 *   requests. Fewer are a warning; what fails in the same way elsewhere is not held against a strategy;
 * - more than a fifth of the negative controls void, or none at all: nothing shows that there is no such thing;
 * - positive controls none of which failed a request (or none at all): the measurement may be blind.
 *
 * Churn controls void nothing: that requests fail while other Pods start says what the machine does, and what fails in
 * the same way elsewhere is not held against a strategy.
 *
 * Planned controls of a finished run that are `missing` count as void. A load on which no positive control failed
 * although others did is a warning: a zero there says less.
 */
export function judgeControls(
  trials: readonly AnalyzedTrial[],
  missing: readonly PlannedTrial[],
): ControlJudgement {
  const negative = trials.filter((trial) => trial.trial.role === 'negative-control');
  const positive = trials.filter((trial) => trial.trial.role === 'positive-control');
  const churn = trials.filter((trial) => trial.trial.role === 'churn-control');
  return {
    controls: [
      ...controlResults('negative-control', negative, missing),
      ...controlResults('positive-control', positive, missing),
      ...controlResults('churn-control', churn, missing),
    ],
    findings: [
      ...negativeFindings(negative, missing),
      ...positiveFindings(positive),
      ...blindLoadFindings(positive),
      ...churnFindings(churn),
    ],
  };
}

function negativeFindings(
  trials: readonly AnalyzedTrial[],
  missing: readonly PlannedTrial[],
): readonly Finding[] {
  if (trials.length === 0) {
    const message =
      'No negative control was run: nothing shows that requests do not fail without a disruption.';
    return [{ code: 'negative-control-missing', severity: 'void', message }];
  }
  const valid = trials.filter(({ verdict }) => verdict !== 'void');
  const absent = missing.filter(({ role }) => role === 'negative-control');
  return [...failedFindings(valid), ...unusableFindings(trials, absent)];
}

function failedFindings(valid: readonly AnalyzedTrial[]): readonly Finding[] {
  const failing = valid.filter(isFailing);
  if (failing.length === 0) return [];
  const tooMany = isMoreThanBackground(failing.length, valid.length);
  const what = `Without any disruption ${lossOf(failing)} in ${failing.length} of ${countOf(valid.length, 'negative control')} (${trialNumbers(failing.map(numberOf))}; ${howThey(failing)})`;
  const share = `${formatPercent(LARGEST_BACKGROUND_SHARE)} of the trials`;
  return [
    {
      code: 'negative-control-failed',
      severity: tooMany ? 'void' : 'warning',
      message: tooMany
        ? `${what}: something else fails requests here, in more than ${share}.`
        : `${what}. That it happens in more than ${share} is not shown; what fails in the same way elsewhere is not held against a strategy.`,
    },
  ];
}

/** What users lost although only other Pods came and went. */
function churnFindings(trials: readonly AnalyzedTrial[]): readonly Finding[] {
  const valid = trials.filter(({ verdict }) => verdict !== 'void');
  const failing = valid.filter(isFailing);
  if (failing.length === 0) return [];
  const share = `${formatPercent(LARGEST_BACKGROUND_SHARE)} of the trials`;
  const much = isMoreThanBackground(failing.length, valid.length)
    ? `Other Pods alone fail requests here, in more than ${share}. What`
    : `That it happens in more than ${share} is not shown. What`;
  const message = `While only other Pods came and went ${lossOf(failing)} in ${failing.length} of ${countOf(valid.length, 'churn control')} (${trialNumbers(failing.map(numberOf))}; ${howThey(failing)}). ${much} fails in the same way elsewhere is not held against a strategy.`;
  return [{ code: 'churn-control-failed', severity: 'warning', message }];
}

function lossOf(failing: readonly AnalyzedTrial[]): string {
  const requests = failing.reduce((sum, { loads }) => sum + sumOf(loads.map(lostRequests)), 0);
  return requests === 0
    ? 'a load was not served well enough'
    : countOf(requests, 'request was lost', 'requests were lost');
}

function isMoreThanBackground(failing: number, trials: number): boolean {
  return lowerBound(failing, trials) > LARGEST_BACKGROUND_SHARE;
}

function unusableFindings(
  trials: readonly AnalyzedTrial[],
  absent: readonly PlannedTrial[],
): readonly Finding[] {
  const unusable = trials.filter(({ verdict }) => verdict === 'void');
  const [count, planned] = [unusable.length + absent.length, trials.length + absent.length];
  if (count === 0) return [];
  const which = [
    ...(unusable.length === 0 ? [] : [trialNumbers(unusable.map(numberOf))]),
    ...(absent.length === 0 ? [] : [`missing: ${trialNumbers(absent.map(({ number }) => number))}`]),
  ];
  const severity = tooManyVoid(count, planned) ? 'void' : 'warning';
  const message = `${count} of ${countOf(planned, 'negative control')} could not be measured (${which.join('; ')})${severity === 'void' ? '' : ': left out'}.${whyVoid(unusable)}`;
  return [{ code: 'negative-control-void', severity, message }];
}

function positiveFindings(trials: readonly AnalyzedTrial[]): readonly Finding[] {
  if (trials.length === 0) {
    const message = 'No positive control was run: nothing shows that the measurement sees failures at all.';
    return [{ code: 'positive-control-missing', severity: 'void', message }];
  }
  if (trials.some(showsFailures)) return [];
  return [
    {
      code: 'positive-control-silent',
      severity: 'void',
      message: `Pods were killed at once in ${countOf(trials.length, 'positive control')} and no valid one saw a failed request: the measurement may be blind.`,
    },
  ];
}

function blindLoadFindings(trials: readonly AnalyzedTrial[]): readonly Finding[] {
  const shown = trials.filter(showsFailures);
  if (shown.length === 0) return [];
  const loads = new Set(shown.flatMap((trial) => trial.loads.map(({ load }) => load)));
  return [...loads]
    .filter(
      (name) => !shown.some((trial) => trial.loads.some((load) => load.load === name && load.failed > 0)),
    )
    .map((name) => ({
      code: 'positive-control-silent-on-load',
      severity: 'warning',
      message: `No positive control saw a failed request on load “${name}”: a zero on that load says less than on the others.`,
    }));
}

/** A request failed, or the service held up a load for long. */
function isFailing({ loads }: AnalyzedTrial): boolean {
  return loads.some(({ failing }) => failing);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Failures that the load's clients did not make good themselves. */
function remaining({ failures }: AnalyzedTrial): readonly FailedRequest[] {
  return failures.filter(({ recovered }) => !recovered);
}

/** Every attempt counts: a failure that is seen shows that failures are, whatever the client made of it. */
function showsFailures(trial: AnalyzedTrial): boolean {
  return trial.verdict !== 'void' && trial.failures.length > 0;
}

function controlResults(
  role: Exclude<TrialRole, 'comparison'>,
  trials: readonly AnalyzedTrial[],
  missing: readonly PlannedTrial[],
): readonly ControlResult[] {
  const groups = Map.groupBy(trials, ({ trial }) => kindOf(trial));
  const absent = missing.filter((trial) => trial.role === role);
  return [...groups].map(([kind, group]) =>
    controlResult(role, group, absent.filter((trial) => kindOf(trial) === kind).length),
  );
}

function kindOf({ strategy, disruption }: PlannedTrial): string {
  return `${strategy.name} ${disruptionLabel(disruption)}`;
}

function controlResult(
  role: Exclude<TrialRole, 'comparison'>,
  group: readonly AnalyzedTrial[],
  missing: number,
): ControlResult {
  const valid = group.filter(({ verdict }) => verdict !== 'void');
  const failing = valid.filter(role === 'positive-control' ? showsFailures : isFailing).length;
  const voidTrials = group.length - valid.length + missing;
  const first = group[0]?.trial;
  const isPositive = role === 'positive-control';
  const failedRequests = sumOf(valid.map((trial) => (isPositive ? trial.failures : remaining(trial)).length));
  const expected = isPositive ? 'failures expected' : 'no failure expected';
  const found = failing > 0 && failedRequests === 0 ? 'a load was not served well enough' : 'requests failed';
  return {
    role,
    strategy: first?.strategy.name ?? '',
    disruption: first === undefined ? '' : disruptionLabel(first.disruption),
    trials: valid.length,
    failingTrials: failing,
    voidTrials,
    failedRequests,
    verdict: controlVerdict(role, failing, voidTrials, valid.length),
    explanation: `${expected}: ${found} in ${failing} of ${countOf(valid.length, 'trial')}${voidTrials > 0 ? `, ${voidTrials} could not be measured` : ''}`,
  };
}

function controlVerdict(role: TrialRole, failing: number, voidTrials: number, valid: number): Verdict {
  if (role === 'negative-control') {
    if (valid === 0 || tooManyVoid(voidTrials, valid + voidTrials)) return 'void';
    if (failing === 0) return 'pass';
    return isMoreThanBackground(failing, valid) ? 'fail' : 'inconclusive';
  }
  // It decides nothing by itself: a build that looks at junit.xml must not fail by it.
  if (role === 'churn-control') return valid > 0 && failing === 0 ? 'pass' : 'inconclusive';
  return valid === 0 ? 'void' : failing > 0 ? 'pass' : 'fail';
}

/** `12 refused, 2 reset; the first is 2/fresh-17`, which `drainbench explain` takes. */
function howThey(trials: readonly AnalyzedTrial[]): string {
  const outcomes = Map.groupBy(trials.flatMap(remaining), ({ outcome }) => outcome);
  const heldUp = trials.flatMap(({ loads }) => loads).filter((load) => load.failing && load.heldUp > 0);
  const silent = trials
    .flatMap(({ loads }) => loads)
    .filter((load) => load.failing && load.failedAfterRetry === 0);
  const longestMs = Math.max(...silent.map(({ unavailableMs }) => unavailableMs ?? 0));
  const counts = [
    ...[...outcomes].map(([outcome, { length }]) => `${length} ${outcome}`),
    ...(heldUp.length === 0 ? [] : [`${heldUp.reduce((sum, load) => sum + load.heldUp, 0)} held up`]),
    ...(silent.length === 0 ? [] : [`no good answer for up to ${formatMs(longestMs)}`]),
  ].join(', ');
  const [first] = trials.flatMap((each) =>
    remaining(each)
      .slice(0, 1)
      .map(({ load, id }) => `${each.trial.number}/${load}-${id}`),
  );
  return first === undefined ? counts : `${counts}; the first is ${first}`;
}

function numberOf({ trial }: AnalyzedTrial): number {
  return trial.number;
}

/** `trial 3`, `trials 3, 7` */
function trialNumbers(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? 'trial' : 'trials'} ${numbers.join(', ')}`;
}

/** In the words of the first trial of which a reason is known, after a space. */
function whyVoid(trials: readonly AnalyzedTrial[]): string {
  const [first] = trials.flatMap(({ trial, findings }) =>
    findings
      .filter(({ severity }) => severity === 'void')
      .map(({ message }) => ` Trial ${trial.number}: ${message}`),
  );
  return first ?? '';
}
