import { Command } from 'commander';

import { requireLinux } from '../../cluster/require-linux.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { OpenRun } from '../../run/open-run.ts';
import { makePlan } from '../../scenario/make-plan.ts';
import { withClusterOptions } from '../../scenario/with-cluster-options.ts';
import { integerOption } from '../integer-option.ts';
import { measureRun } from '../measure-run.ts';
import { packageVersion } from '../package-version.ts';
import { requireOwnRunDirectory } from '../require-run-directory.ts';
import {
  readScenario,
  showWhatWouldBeRefused,
  warnOf,
  withScenarioOptions,
  type ScenarioOptions,
} from '../scenario-options.ts';
import { showPlan } from '../show-plan.ts';
import { showRun } from '../show-run.ts';
import { print } from '../print.ts';

interface Options extends ScenarioOptions {
  readonly blocks?: number;
  readonly resume?: string;
}

export function runCommand(): Command {
  return withScenarioOptions(
    new Command('run')
      .description('measure a scenario and write a report')
      .argument('[scenario]', 'YAML file')
      .addOption(
        integerOption('--blocks <n>', "how often every strategy is tried (default: the scenario's)"),
      ),
  )
    .option('--resume <run-directory>', 'go on with a run that ended early, where it was')
    .action(async (file: string | undefined, options: Options) => {
      if (options.dryRun !== true) requireLinux();
      if (options.resume !== undefined) {
        await resume(await requireOwnRunDirectory(options.resume), file, options);
        return;
      }
      if (file === undefined) throw nothingToRun();
      const read = await readScenario(file, options);
      const plan = makePlan(read.scenario, {
        ...(options.blocks === undefined ? {} : { blocks: options.blocks }),
        ...(options.seed === undefined ? {} : { seed: options.seed }),
      });
      const warnings = await warnOf(read);
      if (options.dryRun === true) {
        print(await showPlan(plan));
        await showWhatWouldBeRefused(read, file);
        return;
      }
      const { openNewRun } = await import('../../run/open-run.ts');
      const run = await openNewRun({
        plan,
        scenarioFile: file,
        reportsRoot: options.reports,
        versions: { drainbench: packageVersion(), node: process.version },
        argv: process.argv.slice(2),
        warnings,
        ...(options.cluster !== undefined && { useCluster: options.cluster }),
      });
      await measure(run, options.cluster ?? null);
    });
}

/** What a run was planned with is in its manifest; an option may only say the same. */
async function resume(path: string, file: string | undefined, options: Options): Promise<void> {
  const planned = FIXED_BY_PLAN.find((key) => options[key] !== undefined);
  if (planned !== undefined || file !== undefined) {
    throw new DrainbenchError({
      code: 'option-conflict',
      message: 'a run that is resumed goes on as it was planned',
      found: planned === undefined ? (file ?? '') : `--${planned.replace(/[A-Z]/g, '-$&').toLowerCase()}`,
      fix: `drainbench run --resume ${path}`,
      exitCode: EXIT.usage,
    });
  }
  const { openRunAgain } = await import('../../run/open-run.ts');
  const { clusterToResumeOn } = await import('../../run/resume-cluster.ts');
  const run = await openRunAgain(path);
  // The manifest knows the context; naming another one is a mistake.
  withClusterOptions(run.manifest.scenario, options);
  await measure(run, clusterToResumeOn(run.manifest, options.cluster ?? null));
}

const FIXED_BY_PLAN = [
  'blocks',
  'seed',
  'deploy',
  'lanes',
  'strategy',
  'load',
  'driver',
  'nodeImage',
  'nodeAgent',
] as const;

async function measure(run: OpenRun, existingCluster: string | null): Promise<void> {
  const { plan, scenario } = run.manifest;
  await measureRun(run, {
    existingCluster,
    progress: showRun({ ...plan, scenario }, run.done),
    howToGoOn: `the run ended before its plan did; what was measured is kept; go on with: drainbench run --resume ${run.directory.path}`,
  });
}

function nothingToRun(): DrainbenchError {
  return new DrainbenchError({
    code: 'nothing-to-run',
    message: 'name a scenario file, or a run directory with --resume',
    fix: 'drainbench run scenarios/prestop-on-delete.yaml',
    exitCode: EXIT.usage,
  });
}
