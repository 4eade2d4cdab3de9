import { countOf } from '../../model/count-of.ts';
import { hookSleepSeconds } from '../../model/hook-sleep-seconds.ts';
import type { Strategy } from '../../model/scenario.ts';
import type { Tune } from '../../model/tune.ts';
import { formatMs, formatPercent } from '../words/format-figures.ts';
import { leastOf } from '../margins/delay-need.ts';
import type { TuneFact } from '../run-result.ts';
import { coveredShare, median } from '../statistics/quantile.ts';
import { delayOfApp } from './delay-of-app.ts';
import { trialsOfApp, type TuneInput } from './judge-tune.ts';
import { rolloutCost } from './rollout-cost.ts';

/** A setting, and the app without a preStop that it is computed for. */
export interface TunedPatch {
  readonly setting: Strategy;
  readonly app: Strategy;
}

export function tuneFacts(input: TuneInput, { setting, app }: TunedPatch): readonly TuneFact[] {
  return [
    { about: 'setting', text: settingText(input, setting, app) },
    ...fact('needed', neededText(input, setting, app)),
    ...fact('margin', marginText(input, setting)),
    ...fact('grace', graceText(input, setting)),
    { about: 'cost', text: costText(input, setting) },
  ];
}

function fact(about: TuneFact['about'], text: string | null): readonly TuneFact[] {
  return text === null ? [] : [{ about, text }];
}

function settingText(
  { manifest, tune }: TuneInput,
  { name, preStop, terminationGracePeriodSeconds }: Strategy,
  app: Strategy,
): string {
  const version = manifest.cluster?.kubernetesVersion ?? '';
  const form =
    typeof preStop === 'string'
      ? 'no preStop'
      : 'exec' in preStop
        ? `preStop runs “${preStop.exec.join(' ')}”, which the image must have (Kubernetes ${version} has no sleep of its own: that came with 1.30)`
        : `preStop sleeps ${secondsOf(preStop)} s by Kubernetes’ own sleep (from 1.30 on; no program of the image is needed)`;
  return `${form}; terminationGracePeriodSeconds ${terminationGracePeriodSeconds}; the app as in “${app.name}”${insteadOf(tune.apps, app)}${tooShort(tune, name)}`;
}

/** The only reason to go on to another app. */
function insteadOf(apps: readonly Strategy[], app: Strategy): string {
  const at = apps.findIndex(({ name }) => name === app.name);
  const names = apps.slice(0, Math.max(0, at)).map(({ name }) => `“${name}”`);
  return names.length === 0
    ? ''
    : `: with ${names.join(' and ')} requests are lost, or may be, that no preStop saves, however long`;
}

/** Each setting but the last was given up for a longer one. */
function tooShort({ settings }: Tune, setting: string): string {
  const before = settings.filter(({ strategy }) => strategy !== setting).map(({ seconds }) => `${seconds} s`);
  return before.length === 0 ? '' : `; ${before.join(' and ')} turned out to be too short`;
}

/** Where the app was never measured alone there is nothing to compute from. */
function neededText(input: TuneInput, { preStop }: Strategy, app: Strategy): string | null {
  const delay = delayOfApp(trialsOfApp(input, app), input.needs, input.tune);
  if (delay.state !== 'known') return null;
  const { slowest, trials, listensMs, ms } = delay;
  const by = `the last node’s rules were gone ${formatMs(slowest.ms)} after the delete at worst in ${countOf(trials, 'trial')} (trial ${slowest.trial}, ${slowest.node}; at least ${formatPercent(coveredShare(trials))} of deletions are no slower, at 95 %)`;
  const spare = listensMs - slowest.ms - slowest.uncertaintyMs;
  const { minMarginMs } = input.manifest.scenario.spec.target;
  const asked = minMarginMs === undefined ? '' : ` and ${formatMs(minMarginMs)} of margin (minMarginMs)`;
  if (ms === 0 && minMarginMs === undefined) {
    return `${by}; by itself the app listens for ${formatMs(listensMs)} at least, ${formatMs(spare)} longer than that takes${preStop === 'none' ? '' : '; a preStop is not needed'}`;
  }
  return `${by}; by itself the app listens for ${formatMs(Math.max(0, listensMs))}: ${formatMs(ms)} are needed${asked}, rounded up to whole seconds`;
}

/** Of the setting that was tried: against the slowest deletion of all. */
function marginText({ cells }: TuneInput, { name }: Strategy): string | null {
  const own = cells.filter(({ strategy, trials }) => strategy === name && trials > 0);
  const worst = leastOf(
    own.flatMap(({ hazards }) =>
      hazards.filter(({ hazard }) => hazard === 'still-routed').map((hazard) => hazard.worst),
    ),
  );
  return worst === null
    ? null
    : `at worst a Pod still listened for ${formatMs(worst.ms)} when the last node had stopped sending to it (± ${formatMs(worst.uncertaintyMs)})`;
}

function graceText(
  input: TuneInput,
  { name, terminationGracePeriodSeconds: grace }: Strategy,
): string | null {
  const times = shutdownsOf(input, name);
  if (times.length === 0 || grace === 'own') return null;
  const longest = Math.max(...times);
  return `the slowest Pod ended ${formatMs(longest)} after its delete, ${formatMs(grace * 1000 - longest)} before the grace period was over`;
}

/** Against the app as the scenario has it first, without a preStop: what a rollout takes now. */
function costText(input: TuneInput, setting: Strategy): string {
  const { workload, apps } = input.tune;
  const before = apps[0]?.name ?? '';
  const [own, without] = [median(shutdownsOf(input, setting.name)), median(shutdownsOf(input, before))];
  const measured = own !== null && without !== null;
  const addedMs = measured ? Math.max(0, own - without) : secondsOf(setting.preStop) * 1000;
  const each = measured
    ? `a Pod takes ${formatMs(own)} to shut down, ${formatMs(addedMs)} more than with “${before}”`
    : `a Pod takes about ${formatMs(addedMs)} more to shut down`;
  const { leastMs, mostMs } = rolloutCost(workload, addedMs);
  const pods = countOf(workload.replicas, 'Pod');
  if (workload.waitsForEnd) {
    return `${each}; a rollout of ${pods} takes ${formatMs(mostMs)} longer: it waits until an old Pod is gone before it goes on`;
  }
  const room =
    mostMs > leastMs ? `, and up to ${formatMs(mostMs)} where each new Pod needs the room of an old one` : '';
  return `${each}; a rollout of ${pods} is over ${formatMs(leastMs)} later, as a Deployment starts new Pods beside those that end${room}`;
}

function shutdownsOf({ trials }: TuneInput, strategy: string): readonly number[] {
  return trials
    .filter(
      ({ counted, verdict, trial }) =>
        counted && verdict !== 'void' && trial.role === 'comparison' && trial.strategy.name === strategy,
    )
    .flatMap(({ shutdownMs }) => shutdownMs ?? []);
}

function secondsOf(preStop: Strategy['preStop']): number {
  if (typeof preStop === 'string') return 0;
  if ('sleepSeconds' in preStop) return preStop.sleepSeconds;
  return 'exec' in preStop ? hookSleepSeconds({ exec: { command: preStop.exec } }) : 0;
}
