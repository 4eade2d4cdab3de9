import { judgeTune, MEASURED_TRIALS, type TuneState } from '../analyze/tune/judge-tune.ts';
import { msPerTrial } from '../analyze/tune/ms-per-trial.ts';
import { trialsToConfirm } from '../analyze/tune/series-bound.ts';
import { sleepForm, tunedStrategy } from '../analyze/tune/tuned-strategy.ts';
import type { AnalyzedTrial } from '../analyze/run-result.ts';
import { summarizeRun } from '../analyze/run/summarize-run.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Strategy } from '../model/scenario.ts';
import type { Tune, TunedSetting } from '../model/tune.ts';
import { nextTuneBlock } from '../scenario/tune-plan.ts';

/** So much of its time a tune measures without a preStop at most, unless it has not one trial of it yet. */
const MEASURING_SHARE = 1 / 3;

export interface TuneBudget {
  readonly minutes: number;
  /** When it began, on the clock of `nowMs`. */
  readonly startedMs: number;
  readonly nowMs: () => number;
  /** Told what is tried next and why, whenever that changes. */
  readonly onStep: (message: string) => void;
}

/**
 * Plans a tune block by block: each by what the ones before showed, as long as there is time for another. What is decided
 * is decided in `judgeTune`, from what is recorded; only whether there is time comes from the clock.
 */
export class TuneStages {
  readonly #budget: TuneBudget;
  readonly #trials: AnalyzedTrial[] = [];

  constructor(budget: TuneBudget) {
    this.#budget = budget;
  }

  /** Every attempt, in the order in which they end. */
  add(trial: AnalyzedTrial): void {
    this.#trials.push(trial);
  }

  /** How long until its time is up, ms; not below 0. */
  leftMs(): number {
    const { startedMs, minutes, nowMs } = this.#budget;
    return Math.max(0, startedMs + minutes * 60_000 - nowMs());
  }

  /** The manifest with another block in its plan; `null`: it is over, or its time is. */
  readonly grow = (manifest: RunManifest): RunManifest | null => {
    const { tune } = manifest;
    if (tune === undefined) throw new Error('only a tune grows');
    const { cells, needs, trials, findings } = summarizeRun(manifest, this.#trials);
    const spentShare = 1 - this.leftMs() / (this.#budget.minutes * 60_000);
    const enough = spentShare > MEASURING_SHARE ? 1 : MEASURED_TRIALS;
    const state = judgeTune({ tune, manifest, cells, needs, trials, findings }, enough);
    const next = nextOf(state, manifest);
    if (next === null) return null;
    const { spec } = next.manifest.scenario;
    if (!this.#hasTimeFor(spec.disruptions.length, state)) return null;
    const why = reasonOf(state, tune);
    if (why !== null) this.#budget.onStep(why);
    const added = nextTuneBlock(next.manifest.scenario, next.strategy, manifest.plan);
    return {
      ...next.manifest,
      plan: {
        ...manifest.plan,
        blocks: manifest.plan.blocks + 1,
        trials: [...manifest.plan.trials, ...added],
      },
    };
  };

  /** By how long trials took last. A preStop that was not tried yet makes them longer by itself. */
  #hasTimeFor(trials: number, state: TuneState): boolean {
    const longerMs =
      state.state === 'try' ? (state.computed.seconds - (state.instead?.seconds ?? 0)) * 1000 : 0;
    return trials * ((msPerTrial(this.#trials) ?? 0) + longerMs) <= this.leftMs();
  }
}

/** `null`: it goes on as before. */
function reasonOf(state: TuneState, { apps, settings }: Tune): string | null {
  if (state.state === 'try') {
    const { computed, instead } = state;
    const before = instead === null ? '' : `${instead.seconds} s of preStop are too short: `;
    return `${before}${computed.seconds === 0 ? 'no preStop is' : `${computed.seconds} s are`} needed by what was measured so far, now to be confirmed (setting ${settings.length + 1})`;
  }
  if (state.state !== 'measure' || state.trials > 0) return null;
  const before = apps[apps.findIndex(({ name }) => name === state.app.name) - 1];
  return before === undefined
    ? null
    : `no preStop is enough for “${before.name}”: “${state.app.name}” is measured instead`;
}

interface Next {
  readonly strategy: Strategy;
  /** With the strategy, and the setting that it is, in it. */
  readonly manifest: RunManifest;
}

function nextOf(state: TuneState, manifest: RunManifest): Next | null {
  switch (state.state) {
    case 'measure':
      return { strategy: state.app, manifest: withStrategy(manifest, state.app) };
    case 'try': {
      const { spec } = manifest.scenario;
      const form = sleepForm(manifest.cluster?.kubernetesVersion ?? null);
      const taken = spec.strategies.map(({ name }) => name);
      const strategy = tunedStrategy(state.computed, form, taken);
      const settings = manifest.tune?.settings ?? [];
      const setting = {
        strategy: strategy.name,
        app: state.computed.app.name,
        seconds: state.computed.seconds,
        trials: trialsToConfirm(spec.target.maxFailingTrials, settings.length + 1),
      };
      return { strategy, manifest: withSetting(withStrategy(manifest, strategy), setting) };
    }
    case 'confirm': {
      const { strategies } = manifest.scenario.spec;
      const strategy = strategies.find(({ name }) => name === state.setting.strategy);
      return strategy === undefined ? null : { strategy, manifest };
    }
    case 'confirmed':
    case 'ended':
      return null;
  }
}

function withStrategy(manifest: RunManifest, strategy: Strategy): RunManifest {
  const { spec } = manifest.scenario;
  if (spec.strategies.some(({ name }) => name === strategy.name)) return manifest;
  const strategies = [...spec.strategies, strategy];
  return { ...manifest, scenario: { ...manifest.scenario, spec: { ...spec, strategies } } };
}

function withSetting(manifest: RunManifest, setting: TunedSetting): RunManifest {
  const { tune } = manifest;
  if (tune === undefined) throw new Error('only a tune has settings');
  return { ...manifest, tune: { ...tune, settings: [...tune.settings, setting] } };
}
