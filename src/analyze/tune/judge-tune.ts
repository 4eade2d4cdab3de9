import type { GateResult } from '../../model/gate.ts';
import type { Strategy } from '../../model/scenario.ts';
import type { CellHazard } from '../../model/standing.ts';
import type { TunedSetting } from '../../model/tune.ts';
import type { Tune } from '../../model/tune.ts';
import type { Finding } from '../../model/verdict.ts';
import { openGate } from '../gates/describe-gate.ts';
import { listensFor } from '../margins/delay-need.ts';
import type { AnalyzedTrial, CellResult, RunResult } from '../run-result.ts';
import { delayOfApp, sleptMs, type DelayOfApp } from './delay-of-app.ts';
import { graceFor } from './grace-for.ts';

/** So many trials without a preStop a setting is computed from, where there is time. */
export const MEASURED_TRIALS = 4;

/** So many trials that stay void are no chance: before that others take their place. */
const HOPELESS_TRIALS = 3;

export type TuneInput = Pick<RunResult, 'manifest' | 'cells' | 'needs' | 'trials' | 'findings'> & {
  readonly tune: Tune;
};

/** A hazard that was there, and for which load and disruption. */
export interface MetHazard {
  readonly cell: CellResult;
  readonly hazard: CellHazard;
}

/** A setting that follows from what was measured, and was not tried. */
export interface ComputedSetting {
  readonly app: Strategy;
  readonly seconds: number;
  readonly graceSeconds: number;
}

export type TuneState =
  /** The app without a preStop is to be measured, further or for the first time. */
  | { readonly state: 'measure'; readonly app: Strategy; readonly trials: number }
  /** A setting is to be tried; `instead`: the one before was too short. */
  | { readonly state: 'try'; readonly computed: ComputedSetting; readonly instead: TunedSetting | null }
  /** Nothing speaks against the setting, in so many trials of each disruption and load. */
  | { readonly state: 'confirm'; readonly setting: TunedSetting; readonly trials: number }
  | { readonly state: 'confirmed'; readonly setting: TunedSetting; readonly trials: number }
  /** Nothing that a tune could still do leads on. */
  | { readonly state: 'ended'; readonly reason: EndReason };

export type EndReason =
  /** No preStop takes these away, however long. `computed`: what one can do all the same. */
  | {
      readonly why: 'hazards';
      readonly met: readonly MetHazard[];
      readonly computed: ComputedSetting | null;
    }
  /** Requests failed with the setting, and none of the hazards that are known was seen. */
  | { readonly why: 'losses'; readonly cells: readonly CellResult[] }
  | { readonly why: 'hook-without-effect'; readonly setting: TunedSetting; readonly finding: Finding | null }
  | { readonly why: 'delay-unknown'; readonly delay: Exclude<DelayOfApp, { readonly state: 'known' }> }
  /** Nothing failed, and another target of the scenario was missed, or it was not seen whether it was met. */
  | { readonly why: 'targets'; readonly gate: GateResult }
  /** In enough trials nothing failed, but hazards could not be seen, and what failed elsewhere leaves it open. */
  | { readonly why: 'unseen'; readonly setting: TunedSetting }
  /** `finding`: of the run; `null`: too many trials could not be measured. */
  | { readonly why: 'void'; readonly finding: Finding | null };

/**
 * Where a tune stands, and with that what it does next: by what is recorded alone, so that it is the same whenever it is
 * asked. Time is the caller's matter.
 *
 * @param enough trials without a preStop that a setting is computed from
 */
export function judgeTune(input: TuneInput, enough = MEASURED_TRIALS): TuneState {
  const { tune, findings } = input;
  if (input.trials.length === 0) return toMeasure(input, 0);
  const finding = findings.find(({ severity }) => severity === 'void');
  if (finding !== undefined) return ended({ why: 'void', finding });
  const setting = tune.settings.at(-1);
  return setting === undefined ? judgeApp(input, enough) : judgeSetting(input, setting);
}

/** The app that was measured last: one whose connections are cut unannounced no preStop helps, so the next is tried. */
function judgeApp(input: TuneInput, enough: number): TuneState {
  const { tune, cells } = input;
  const at = measuredApp(input);
  const app = tune.apps[at];
  if (app === undefined) return toMeasure(input, 0);
  const own = cells.filter(({ strategy }) => strategy === app.name);
  if (own.some(({ voidTrials, trials }) => voidTrials >= HOPELESS_TRIALS && trials === 0)) {
    return ended({ why: 'void', finding: null });
  }
  const met = there(own, ({ hazard, cell }) => neverCured(hazard, input, cell));
  if (met.length > 0) {
    if (at + 1 < tune.apps.length) return toMeasure(input, at + 1);
    const all = tune.apps.flatMap(({ name }) =>
      there(
        cells.filter(({ strategy }) => strategy === name),
        ({ hazard, cell }) => neverCured(hazard, input, cell),
      ),
    );
    const computed = computeSetting(input, tune.apps[0] ?? app);
    return ended({ why: 'hazards', met: all, computed: 'state' in computed ? null : computed });
  }
  const trials = Math.min(...own.map((cell) => cell.trials));
  if (trials < enough) return { state: 'measure', app, trials };
  const computed = computeSetting(input, app);
  if ('state' in computed) return ended({ why: 'delay-unknown', delay: computed });
  return { state: 'try', computed, instead: null };
}

function judgeSetting(input: TuneInput, setting: TunedSetting): TuneState {
  const own = input.cells.filter(({ strategy }) => strategy === setting.strategy);
  const trials = own.length === 0 ? 0 : Math.min(...own.map((cell) => cell.trials));
  const begun = own.some((cell) => cell.trials + cell.voidTrials > 0);
  if (!begun) return { state: 'confirm', setting, trials: 0 };
  const isVoid = ({ standing, voidTrials }: CellResult): boolean =>
    standing === 'void' && (voidTrials >= HOPELESS_TRIALS || trials >= setting.trials);
  if (own.some(isVoid)) return ended({ why: 'void', finding: null });
  const without = hookWithoutEffect(input, setting);
  if (without !== null) return ended(without);
  const met = there(own, () => true);
  const stays = met.filter(({ hazard, cell }) => !curedByDelay(hazard, input, cell));
  if (stays.length > 0) return ended({ why: 'hazards', met: stays, computed: null });
  if (met.length > 0 || own.some(hasNoMargin)) return lengthen(input, setting, met);
  const losing = own.filter(({ standing }) => standing === 'loses');
  if (losing.length > 0) return ended({ why: 'losses', cells: losing });
  const missed = missedGates(own);
  if (missed.length > 0 && missed.every(({ gate }) => gate === 'minMarginMs'))
    return lengthen(input, setting, met);
  const [gate] = missed;
  if (gate !== undefined) return ended({ why: 'targets', gate });
  if (trials < setting.trials) return { state: 'confirm', setting, trials };
  if (own.every(({ verdict }) => verdict === 'pass')) return { state: 'confirmed', setting, trials };
  const open = openGate(own);
  return ended(open === undefined ? { why: 'unseen', setting } : { why: 'targets', gate: open });
}

function lengthen(input: TuneInput, setting: TunedSetting, met: readonly MetHazard[]): TuneState {
  const app = appOf(input, setting);
  const computed = computeSetting(input, app);
  if ('state' in computed) return ended({ why: 'delay-unknown', delay: computed });
  const seconds = Math.max(computed.seconds, setting.seconds + 1);
  // What a longer delay does not explain it does not cure.
  const routed = met.length === 0 || met.some(({ hazard }) => hazard.hazard === 'still-routed');
  if (computed.seconds <= setting.seconds && !routed) return ended({ why: 'hazards', met, computed: null });
  return { state: 'try', computed: withGrace(input, app, seconds), instead: setting };
}

/** What follows for an app from all trials so far; or why nothing does. */
export function computeSetting(
  input: TuneInput,
  app: Strategy,
): ComputedSetting | Exclude<DelayOfApp, { readonly state: 'known' }> {
  const delay = delayOfApp(trialsOfApp(input, app), input.needs, input.tune);
  const { minMarginMs = 0 } = input.manifest.scenario.spec.target;
  return delay.state === 'known' ? withGrace(input, app, Math.ceil((delay.ms + minMarginMs) / 1000)) : delay;
}

/** Of those that the share of failing trials does not stand for already. */
function missedGates(cells: readonly CellResult[]): readonly GateResult[] {
  return cells
    .filter(({ standing }) => standing === 'misses')
    .flatMap(({ gates }) => gates.filter(({ verdict }) => verdict === 'fail'));
}

function withGrace(input: TuneInput, app: Strategy, seconds: number): ComputedSetting {
  const times = trialsOfApp(input, app).map((trial) =>
    trial.shutdownMs === null ? null : trial.shutdownMs - sleptMs(trial, input.tune),
  );
  const known = times.filter((ms) => ms !== null);
  const ownMs = known.length < times.length || known.length === 0 ? null : Math.max(...known);
  const { terminationGracePeriodSeconds: grace } = app;
  const own = grace === 'own' ? input.tune.workload.graceSeconds : grace;
  return { app, seconds, graceSeconds: graceFor(own, seconds, ownMs) };
}

/** Valid trials of an app, without a preStop or with any of those that were computed for it. */
export function trialsOfApp({ trials, tune }: TuneInput, app: Strategy): readonly AnalyzedTrial[] {
  const names = new Set([
    app.name,
    ...tune.settings.filter((setting) => setting.app === app.name).map(({ strategy }) => strategy),
  ]);
  return valid(trials).filter(({ trial }) => names.has(trial.strategy.name));
}

function appOf({ tune }: TuneInput, setting: TunedSetting): Strategy {
  const app = tune.apps.find(({ name }) => name === setting.app);
  if (app === undefined) throw new Error(`the tune has no app ${setting.app}`);
  return app;
}

/** Place of the last app of which there are trials; −1: none yet. */
function measuredApp({ tune, trials }: TuneInput): number {
  return tune.apps.findLastIndex(({ name }) =>
    trials.some(({ trial }) => trial.role === 'comparison' && trial.strategy.name === name),
  );
}

function toMeasure({ tune }: TuneInput, at: number): TuneState {
  const app = tune.apps[at];
  if (app === undefined) throw new Error('a tune has at least one app: its schema says so');
  return { state: 'measure', app, trials: 0 };
}

/** The preStop did not keep the Pod listening for as long as it was to sleep: it failed, or the app did not wait for it. */
function hookWithoutEffect({ trials, findings }: TuneInput, setting: TunedSetting): EndReason | null {
  const own = valid(trials).filter(({ trial }) => trial.strategy.name === setting.strategy);
  const short = own.some((trial) => {
    const listens = listensFor(trial);
    return listens !== null && listens.ms + listens.uncertaintyMs < setting.seconds * 1000;
  });
  if (!short) return null;
  const finding = findings.find(
    ({ code, message }) =>
      code.startsWith('preflight-prestop-') && message.startsWith(`“${setting.strategy}”`),
  );
  return { why: 'hook-without-effect', setting, finding: finding ?? null };
}

function there(cells: readonly CellResult[], which: (met: MetHazard) => boolean): readonly MetHazard[] {
  return cells
    .flatMap((cell) => cell.hazards.map((hazard) => ({ cell, hazard })))
    .filter((met) => met.hazard.state === 'there' && which(met));
}

/** Whether a longer delay before the stop signal can take a hazard away. */
function curedByDelay({ hazard, count }: CellHazard, input: TuneInput, cell: CellResult): boolean {
  if (hazard === 'still-routed') return true;
  // Nothing new comes to a Pod once no node sends to it; over a connection that is kept it does.
  return hazard === 'cut-in-hand' && (count === 0 || !keepsConnections(input, cell));
}

/** Whether it is plain without trying one that no delay can. */
function neverCured(hazard: CellHazard, input: TuneInput, cell: CellResult): boolean {
  if (hazard.hazard === 'cut-unannounced') return true;
  return hazard.hazard === 'cut-in-hand' && !curedByDelay(hazard, input, cell);
}

function keepsConnections({ manifest }: TuneInput, { load }: CellResult): boolean {
  return manifest.scenario.spec.loads.find(({ name }) => name === load)?.connections === 'keep-alive';
}

/** It could have been too short: what came first is within what is uncertain. */
function hasNoMargin({ hazards }: CellResult): boolean {
  return hazards.some(
    ({ hazard, worst }) => hazard === 'still-routed' && worst !== null && worst.ms <= worst.uncertaintyMs,
  );
}

function valid(trials: readonly AnalyzedTrial[]): readonly AnalyzedTrial[] {
  return trials.filter(
    ({ counted, verdict, trial }) => counted && verdict !== 'void' && trial.role === 'comparison',
  );
}

function ended(reason: EndReason): TuneState {
  return { state: 'ended', reason };
}
