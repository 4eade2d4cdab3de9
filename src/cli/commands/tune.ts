import { Command, InvalidArgumentError, Option } from 'commander';

import { requireLinux } from '../../cluster/require-linux.ts';
import { MEASURED_TRIALS } from '../../analyze/tune/judge-tune.ts';
import { trialsToConfirm } from '../../analyze/tune/series-bound.ts';
import type { Plan } from '../../model/plan.ts';
import type { Scenario, Strategy } from '../../model/scenario.ts';
import type { Tune } from '../../model/tune.ts';
import { nextTuneBlock, tunableApps } from '../../scenario/tune-plan.ts';
import { replacedHookWarnings } from '../../workload/replaced-hook-warnings.ts';
import { tunedWorkload } from '../../workload/tuned-workload.ts';
import { measureRun } from '../measure-run.ts';
import { packageVersion } from '../package-version.ts';
import {
  readScenario,
  showWhatWouldBeRefused,
  warnOf,
  withScenarioOptions,
  type ScenarioOptions,
} from '../scenario-options.ts';
import { showPlan } from '../show-plan.ts';
import { minutes, showTrials } from '../show-run.ts';
import { print } from '../print.ts';

interface Options extends ScenarioOptions {
  readonly minutes: number;
}

const DEFAULT_MINUTES = 10;

export function tuneCommand(): Command {
  return withScenarioOptions(
    new Command('tune')
      .description('find the shortest preStop for an app on a cluster, confirm it, and print the patch')
      .argument('<scenario>', 'YAML file; of its strategies only what they do to the app counts')
      .addOption(
        new Option('--minutes <n>', 'how long it may take, the clean-up not counted')
          .argParser(wholeMinutes)
          .default(DEFAULT_MINUTES),
      ),
  )
    .addHelpText('after', HELP)
    .action(async (file: string, options: Options) => {
      const startedMs = performance.now();
      if (options.dryRun !== true) requireLinux();
      const asWritten = await readScenario(file, options);
      const apps = tunableApps(asWritten.scenario);
      const [first] = apps;
      if (first === undefined) throw new Error('a scenario has at least one strategy: its schema says so');
      const read = { ...asWritten, scenario: withStrategies(asWritten.scenario, apps) };
      const workload = tunedWorkload(read.scenario, read.manifest);
      // What is said of a preStop is said of the one that will be there.
      const tuned = { ...first, preStop: { sleepSeconds: 1 } };
      const warnings = await warnOf(
        { ...read, scenario: withStrategies(read.scenario, [...apps, tuned]) },
        {
          more: replacedHookWarnings(asWritten.scenario, read.manifest, workload.container),
          without: ['as-is-not-measured'],
        },
      );
      const plan = firstPlan(withStrategies(read.scenario, [first]), first, options.seed);
      if (options.dryRun === true) {
        print(`${stages(read.scenario, apps)}\n${await showPlan(plan)}`);
        await showWhatWouldBeRefused(read, file);
        return;
      }
      const tune: Tune = {
        minutes: options.minutes,
        workload,
        apps: [...apps],
        settings: [],
      };
      const { openNewRun } = await import('../../run/open-run.ts');
      const { TuneStages } = await import('../../run/tune-stages.ts');
      const run = await openNewRun({
        plan,
        tune,
        scenarioFile: file,
        reportsRoot: options.reports,
        versions: { drainbench: packageVersion(), node: process.version },
        argv: process.argv.slice(2),
        warnings,
        ...(options.cluster !== undefined && { useCluster: options.cluster }),
      });
      const planned = new TuneStages({
        ...{ minutes: options.minutes, startedMs, nowMs: () => performance.now() },
        onStep: (message) => progress.step(message),
      });
      const progress = showTrials({
        intro: `the shortest preStop for ${apps.map(({ name }) => `“${name}”`).join(', else ')}, in ${minutes(planned.leftMs())} at most`,
        placeOf: ({ number }) => `[${number}]`,
        begin: () => undefined,
        finish: (trial) => planned.add(trial),
        left: () => `${minutes(planned.leftMs())} left`,
      });
      await measureRun(run, {
        existingCluster: options.cluster ?? null,
        grow: planned.grow,
        progress,
        howToGoOn: `the tune ended before it was through; what was measured is kept: drainbench report ${run.directory.path}`,
      });
    });
}

const HELP = `
First the app is measured without a preStop, then the shortest one that would have been enough in every trial is computed,
then it is confirmed by fresh trials: none of them may show a hazard, or a longer one is tried. What it takes is decided
before: so many that less than target.maxFailingTrials of deletions meet a hazard, at 95 %.

Exit codes: 0 confirmed, 1 no preStop is enough, 2 not confirmed in this time, 3 void. The patch is in the run directory.`;

function withStrategies(scenario: Scenario, strategies: readonly Strategy[]): Scenario {
  return { ...scenario, spec: { ...scenario.spec, strategies: [...strategies] } };
}

function firstPlan(scenario: Scenario, app: Strategy, seed = scenario.spec.seed): Plan {
  return { scenario, seed, blocks: 1, trials: nextTuneBlock(scenario, app, { seed, blocks: 0, trials: [] }) };
}

/** What cannot be planned beforehand, for a dry run. */
function stages({ spec }: Scenario, apps: readonly Strategy[]): string {
  const confirming = trialsToConfirm(spec.target.maxFailingTrials, 1);
  return [
    `# 1. ${MEASURED_TRIALS} trials without a preStop, the first of them with both controls: the block below`,
    ...(apps.length > 1
      ? [
          `#    where connections are cut without notice, which no preStop cures, the same with ${apps
            .slice(1)
            .map(({ name }) => `“${name}”`)
            .join(', then ')}`,
        ]
      : []),
    `# 2. ${confirming} trials with the preStop that follows, for each disruption; more where it must be made longer`,
  ].join('\n');
}

function wholeMinutes(value: string): number {
  const number = Number(value);
  if (/^\d{1,4}$/.test(value) && number > 0) return number;
  throw new InvalidArgumentError(`"${value}" is not a whole number of minutes above 0`);
}
