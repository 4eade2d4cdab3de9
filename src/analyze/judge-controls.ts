import type { PlannedTrial, TrialRole } from '../model/plan.ts';
import type { Finding, Verdict } from '../model/verdict.ts';
import { disruptionLabel } from './disruption-label.ts';
import type { AnalyzedTrial, ControlResult } from './run-result.ts';

export interface ControlJudgement {
  readonly controls: readonly ControlResult[];
  readonly findings: readonly Finding[];
}

/**
 * Decides from the controls whether the run can be believed. Void for the whole run is
 *
 * - a negative control in which a request failed: something other than the disruption fails requests;
 * - a negative control that stayed void, or none at all: nothing shows that there is no such thing;
 * - positive controls none of which failed a request (or none at all): the measurement may be blind.
 *
 * Planned controls of a finished run that are `missing` count as void. A load on which no positive control failed although others did is a warning: a zero there says less.
 */
export function judgeControls(
  trials: readonly AnalyzedTrial[],
  missing: readonly PlannedTrial[],
): ControlJudgement {
  const negative = trials.filter((trial) => trial.trial.role === 'negative-control');
  const positive = trials.filter((trial) => trial.trial.role === 'positive-control');
  return {
    controls: [
      ...controlResults('negative-control', negative, missing),
      ...controlResults('positive-control', positive, missing),
    ],
    findings: [
      ...negativeFindings(negative, missing),
      ...positiveFindings(positive),
      ...blindLoadFindings(positive),
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
  const findings: Finding[] = [];
  const failing = trials.filter((trial) => trial.verdict !== 'void' && isFailing(trial));
  if (failing.length > 0) {
    const requests = failing.reduce((sum, trial) => sum + lostRequests(trial), 0);
    findings.push({
      code: 'negative-control-failed',
      severity: 'void',
      message: `Without any disruption ${requests} ${requests === 1 ? 'request' : 'requests'} failed in ${failing.length} of ${trials.length} negative controls (trial ${numbers(failing)}; ${howThey(failing)}): something else fails requests here.`,
    });
  }
  const unusable = trials.filter(({ verdict }) => verdict === 'void');
  const absent = missing.filter(({ role }) => role === 'negative-control');
  if (unusable.length + absent.length > 0) {
    const which = [
      ...(unusable.length === 0 ? [] : [`trial ${numbers(unusable)}: ${firstVoid(unusable)}`]),
      ...(absent.length === 0 ? [] : [`missing: trial ${absent.map(({ number }) => number).join(', ')}`]),
    ];
    findings.push({
      code: 'negative-control-void',
      severity: 'void',
      message: `${unusable.length + absent.length} of ${trials.length + absent.length} negative controls could not be measured (${which.join('; ')}).`,
    });
  }
  return findings;
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
      message: `Pods were killed at once in ${trials.length} positive controls and no valid one saw a failed request: the measurement may be blind.`,
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

function lostRequests({ loads }: AnalyzedTrial): number {
  return loads.reduce((sum, { failed, failing, heldUp }) => sum + failed + (failing ? heldUp : 0), 0);
}

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
  const failing = valid.filter(role === 'negative-control' ? isFailing : showsFailures).length;
  const voidTrials = group.length - valid.length + missing;
  const first = group[0]?.trial;
  const expected = role === 'negative-control' ? 'no failure expected' : 'failures expected';
  return {
    role,
    strategy: first?.strategy.name ?? '',
    disruption: first === undefined ? '' : disruptionLabel(first.disruption),
    trials: valid.length,
    failingTrials: failing,
    voidTrials,
    failedRequests: valid.reduce((sum, trial) => sum + trial.failures.length, 0),
    verdict: controlVerdict(role, failing, voidTrials, valid.length),
    explanation: `${expected}: requests failed in ${failing} of ${valid.length} trials${voidTrials > 0 ? `, ${voidTrials} could not be measured` : ''}`,
  };
}

function controlVerdict(role: TrialRole, failing: number, voidTrials: number, valid: number): Verdict {
  if (role === 'negative-control') return voidTrials > 0 ? 'void' : failing === 0 ? 'pass' : 'fail';
  return valid === 0 ? 'void' : failing > 0 ? 'pass' : 'fail';
}

/** `12 refused, 2 reset; the first is 2/fresh-17`, which `drainbench explain` takes. */
function howThey(trials: readonly AnalyzedTrial[]): string {
  const outcomes = Map.groupBy(
    trials.flatMap(({ failures }) => failures),
    ({ outcome }) => outcome,
  );
  const heldUp = trials.flatMap(({ loads }) => loads).filter((load) => load.failing && load.heldUp > 0);
  const counts = [
    ...[...outcomes].map(([outcome, { length }]) => `${length} ${outcome}`),
    ...(heldUp.length === 0 ? [] : [`${heldUp.reduce((sum, load) => sum + load.heldUp, 0)} held up`]),
  ].join(', ');
  const [first] = trials.flatMap(({ trial, failures }) =>
    failures.slice(0, 1).map(({ load, id }) => `${trial.number}/${load}-${id}`),
  );
  return first === undefined ? counts : `${counts}; the first is ${first}`;
}

function numbers(trials: readonly AnalyzedTrial[]): string {
  return trials.map(({ trial }) => trial.number).join(', ');
}

function firstVoid(trials: readonly AnalyzedTrial[]): string {
  return (
    trials.flatMap(({ findings }) => findings).find(({ severity }) => severity === 'void')?.code ??
    'no reason'
  );
}
