import { countOf } from '../../model/count-of.ts';
import type { Strategy } from '../../model/scenario.ts';
import type { TunedSetting } from '../../model/tune.ts';
import type { Verdict } from '../../model/verdict.ts';
import { describeCure } from '../answer/describe-cure.ts';
import { describeGate } from '../gates/describe-gate.ts';
import { killsContainers } from '../words/disruption-label.ts';
import { hazardWords } from '../answer/hazard-words.ts';
import { countTrials } from '../words/count-trials.ts';
import { formatMs, formatPercent } from '../words/format-figures.ts';
import {
  computeSetting,
  judgeTune,
  type ComputedSetting,
  type EndReason,
  type MetHazard,
  type TuneInput,
  type TuneState,
} from './judge-tune.ts';
import { msPerTrial } from './ms-per-trial.ts';
import type { TuneAnswer } from '../run-result.ts';
import { boundSoFar, trialsToConfirm } from './series-bound.ts';
import { tuneFacts, type TunedPatch } from './tune-facts.ts';
import { sleepForm, tunedStrategy } from './tuned-strategy.ts';

/** The answer of a tune, finished or not. A setting that is not confirmed leaves the question open. */
export function answerTune(input: TuneInput): TuneAnswer {
  const state = judgeTune(input);
  const patch = patchOf(state, input);
  const facts = patch === null ? [] : tuneFacts(input, patch);
  return { setting: patch?.setting ?? null, facts, ...sayOf(state, input) };
}

type Said = Pick<TuneAnswer, 'verdict' | 'headline' | 'advice'>;

function sayOf(state: TuneState, input: TuneInput): Said {
  switch (state.state) {
    case 'confirmed':
      return confirmed(state.setting, state.trials, input);
    case 'confirm':
      return notConfirmed(state.setting, state.trials, input);
    case 'measure':
    case 'try':
      return notTried(state, input);
    case 'ended':
      return { verdict: verdictOf(state.reason), ...endedBy(state.reason, input) };
  }
}

function verdictOf(reason: EndReason): Verdict {
  switch (reason.why) {
    case 'hazards':
    case 'losses':
    case 'hook-without-effect':
      return 'fail';
    case 'delay-unknown':
      return reason.delay.state === 'never-dropped' ? 'fail' : 'inconclusive';
    case 'targets':
      return reason.gate.verdict;
    case 'unseen':
      return 'inconclusive';
    case 'void':
      return 'void';
  }
}

function confirmed(setting: TunedSetting, trials: number, input: TuneInput): Said {
  const below = `less than ${formatPercent(targetOf(input))} of them meet one, at 95 %`;
  const headline = holds(setting, input)
    ? `${setting.seconds === 0 ? 'No preStop is needed' : `${capital(preStopOf(setting.seconds))} is enough`}: no hazard was there in ${count(trials, input)}; ${below}.`
    : `With ${preStopOf(setting.seconds)} no request failed in ${count(trials, input)}: less than ${formatPercent(targetOf(input))} of them lose any, at 95 %; not every hazard could be seen.`;
  return { verdict: 'pass', headline, advice: 'Apply the patch.' };
}

/** Each of its hazards was seen to be none, for every load and disruption. */
function holds(setting: TunedSetting, { cells }: TuneInput): boolean {
  return cells
    .filter(({ strategy }) => strategy === setting.strategy)
    .every(
      ({ failingTrials, hazards }) => failingTrials === 0 && hazards.every(({ state }) => state === 'none'),
    );
}

function notConfirmed(setting: TunedSetting, trials: number, input: TuneInput): Said {
  const bound = formatPercent(boundSoFar(trials, input.tune.settings.length));
  const soFar =
    trials === 0
      ? 'it was not tried yet'
      : holds(setting, input)
        ? `nothing speaks against it in ${count(trials, input)} (less than ${bound} of them meet a hazard, at 95 %)`
        : `no request failed in ${count(trials, input)} (less than ${bound} of them lose any, at 95 %), but not every hazard could be seen`;
  return {
    verdict: 'inconclusive',
    headline: `${claimOf(setting.seconds)} is not confirmed yet: ${soFar}; it takes ${setting.trials} for less than ${formatPercent(targetOf(input))}.`,
    advice: `${whatItTakes(setting.trials - trials, input)} Or allow more: spec.target.maxFailingTrials is ${targetOf(input)}.`,
  };
}

function notTried(state: Extract<TuneState, { state: 'measure' | 'try' }>, input: TuneInput): Said {
  const verdict = 'inconclusive';
  const computed = state.state === 'try' ? state.computed : computedFor(state.app, input);
  if (computed === null) {
    const headline = 'Nothing can be computed yet: too little was measured.';
    return { verdict, headline, advice: 'Give it more minutes.' };
  }
  const before = state.state === 'try' ? state.instead : null;
  const instead = before === null ? '' : `, as ${preStopOf(before.seconds)} turned out to be too short`;
  const trials = trialsToConfirm(targetOf(input), input.tune.settings.length + 1);
  return {
    verdict,
    headline: `${claimOf(computed.seconds)} follows from what was measured${instead}; it was not tried.`,
    advice: whatItTakes(trials, input),
  };
}

function endedBy(reason: EndReason, input: TuneInput): Omit<Said, 'verdict'> {
  switch (reason.why) {
    case 'hazards':
      return metHazards(reason.met, reason.computed, input);
    case 'losses': {
      const [cell] = reason.cells;
      const headline = `Requests failed on ${cell?.load ?? ''} in ${cell?.failingTrials ?? 0} of ${count(cell?.trials ?? 0, input)}, although no hazard was seen that a preStop takes away.`;
      return { headline, advice: 'What failed is in the table of causes, with what helps.' };
    }
    case 'hook-without-effect':
      return {
        headline: `A Pod listened for less than the ${reason.setting.seconds} s that its preStop was to sleep.`,
        advice:
          reason.finding?.message ??
          'Its app ends by itself, or closes its listener, before it is told to: no preStop can delay that.',
      };
    case 'delay-unknown':
      return reason.delay.state === 'never-dropped'
        ? {
            headline: `No preStop is known to be enough: in ${countOf(reason.delay.trials, 'trial')} a node still sent to a Pod when the trial ended.`,
            advice: 'Find out why that node does not follow: nothing that a Pod does can make up for it.',
          }
        : {
            headline:
              'How long a preStop must be cannot be computed: it was not seen when every node stopped sending to the Pods, or when they closed their listeners.',
            advice:
              'Let it look into the nodes (--node-agent always), or hold settings of your own against each other with drainbench run.',
          };
    case 'targets':
      return {
        headline: `${reason.gate.verdict === 'fail' ? 'A target is missed' : 'It is not known whether a target is met'}: ${describeGate(reason.gate)}.`,
        advice:
          'Change the target, or what the app needs for it: a preStop that is long enough does not meet both.',
      };
    case 'unseen':
      return {
        headline: `${claimOf(reason.setting.seconds)} cannot be confirmed: hazards could not be seen, and requests failed as they do without any disruption.`,
        advice: 'Let it look into the nodes (--node-agent always), or mend what fails without a disruption.',
      };
    case 'void':
      return {
        headline: `This tune proves nothing. ${reason.finding?.message ?? 'Too many of its trials could not be measured.'}`,
        advice: 'Mend what made it void, then tune again.',
      };
  }
}

function metHazards(
  met: readonly MetHazard[],
  computed: ComputedSetting | null,
  input: TuneInput,
): Omit<Said, 'verdict'> {
  const byHazard = [...Map.groupBy(met, ({ hazard }) => hazard.hazard).values()];
  const what = byHazard.map((group) => {
    const [first] = group;
    const loads = [...new Set(group.map(({ cell }) => cell.load))].join(' and ');
    const detail = first === undefined || first.hazard.detail === '' ? '' : ` (${first.hazard.detail})`;
    return `${loads}: ${first === undefined ? '' : hazardWords(first.hazard)}${detail}`;
  });
  const cures = byHazard.flatMap(([first]) => (first === undefined ? [] : [cureOf(first, input)]));
  const other =
    computed === null
      ? ''
      : ` Against what a preStop can do, ${preStopOf(computed.seconds)} follows from what was measured; it was not tried.`;
  return {
    headline: `No preStop is enough, however long. On ${what.join('; on ')}.`,
    advice: `What helps: ${cures.join(' ')}${other}`,
  };
}

function cureOf({ cell, hazard }: MetHazard, { cells, needs }: TuneInput): string {
  return describeCure(hazard, {
    need: needs.find(({ disruption }) => disruption === cell.disruption),
    longestIdleMs: cell.longestIdleMs,
    killed: killsContainers(cell.disruption),
    longestDelayMs: 0,
    someAnnounces: cells.some(({ hazards }) =>
      hazards.some((each) => each.hazard === 'cut-unannounced' && each.state === 'none'),
    ),
  });
}

/** What the patch sets, and the app that it is for. */
function patchOf(state: TuneState, input: TuneInput): TunedPatch | null {
  switch (state.state) {
    case 'confirm':
    case 'confirmed':
      return ofTried(state.setting, input);
    case 'try':
      return ofComputed(state.computed, input);
    case 'measure':
      return ofComputed(computedFor(state.app, input), input);
    case 'ended':
      return state.reason.why === 'hazards' ? ofComputed(state.reason.computed, input) : null;
  }
}

function ofTried(setting: TunedSetting, { manifest, tune }: TuneInput): TunedPatch | null {
  const strategy = manifest.scenario.spec.strategies.find(({ name }) => name === setting.strategy);
  const app = tune.apps.find(({ name }) => name === setting.app);
  return strategy === undefined || app === undefined ? null : { setting: strategy, app };
}

function ofComputed(computed: ComputedSetting | null, { manifest }: TuneInput): TunedPatch | null {
  if (computed === null) return null;
  const form = sleepForm(manifest.cluster?.kubernetesVersion ?? null);
  return { setting: tunedStrategy(computed, form), app: computed.app };
}

function computedFor(app: Strategy, input: TuneInput): ComputedSetting | null {
  const computed = computeSetting(input, app);
  return 'state' in computed ? null : computed;
}

/** How many more trials, and about how long they take. */
function whatItTakes(trials: number, input: TuneInput): string {
  const all = trials * input.manifest.scenario.spec.disruptions.length;
  const each = msPerTrial(input.trials);
  const time =
    each === null
      ? ''
      : `, about ${Math.max(1, Math.ceil((all * each) / 60_000))} min at the pace of this one`;
  return `It takes ${countOf(all, 'more trial', 'more trials')} without a hazard${time}: tune again with more --minutes.`;
}

/** What is claimed of a setting, as the subject of a sentence. */
function claimOf(seconds: number): string {
  return seconds === 0 ? 'That no preStop is needed' : capital(preStopOf(seconds));
}

/** `no preStop`, or `a preStop of 2 s`. */
function preStopOf(seconds: number): string {
  return seconds === 0 ? 'no preStop' : `a preStop of ${formatMs(seconds * 1000)}`;
}

function count(trials: number, { manifest }: TuneInput): string {
  return countTrials(trials, manifest.scenario.spec.disruptions);
}

function targetOf({ manifest }: TuneInput): number {
  return manifest.scenario.spec.target.maxFailingTrials;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
