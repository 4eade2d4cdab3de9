import { Command } from 'commander';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { OpenRun } from '../../run/open-run.ts';
import { checkScenario } from '../../scenario/check-scenario.ts';
import { loadScenario } from '../../scenario/load-scenario.ts';
import { makePlan } from '../../scenario/make-plan.ts';
import { integerOption } from '../integer-option.ts';
import { interruption } from '../interruption.ts';
import { packageVersion } from '../package-version.ts';
import { requireRunDirectory } from '../require-run-directory.ts';
import { showPlan } from '../show-plan.ts';
import { showRun } from '../show-run.ts';
import { VERDICT_EXIT } from '../verdict-exit.ts';

interface Options {
  readonly blocks?: number;
  readonly seed?: number;
  readonly reports: string;
  readonly cluster?: string;
  readonly resume?: string;
  readonly dryRun?: true;
}

export function runCommand(): Command {
  return new Command('run')
    .description('measure a scenario and write a report')
    .argument('[scenario]', 'YAML file')
    .addOption(integerOption('--blocks <n>', "how often every strategy is tried (default: the scenario's)"))
    .addOption(integerOption('--seed <n>', "order of trials and choice of Pods (default: the scenario's)"))
    .option('--reports <folder>', 'where run directories go', 'reports')
    .option('--cluster <name>', 'use this running cluster instead of a new one')
    .option('--resume <run-directory>', 'go on with a run that was interrupted or killed')
    .option('--dry-run', 'print the plan and every object that it would create, and do nothing')
    .action(async (file: string | undefined, options: Options) => {
      if (options.resume !== undefined) {
        const { openRunAgain } = await import('../../run/open-run.ts');
        await measure(await openRunAgain(await requireRunDirectory(options.resume)), options);
        return;
      }
      if (file === undefined) throw nothingToRun();
      const scenario = await loadScenario(file);
      const plan = makePlan(scenario, {
        ...(options.blocks === undefined ? {} : { blocks: options.blocks }),
        ...(options.seed === undefined ? {} : { seed: options.seed }),
      });
      for (const { message } of checkScenario(scenario)) process.stderr.write(`warning: ${message}\n`);
      if (options.dryRun === true) {
        process.stdout.write(await showPlan(plan, file));
        return;
      }
      const { openNewRun } = await import('../../run/open-run.ts');
      const run = await openNewRun({
        plan,
        scenarioFile: file,
        reportsRoot: options.reports,
        versions: { drainbench: packageVersion(), node: process.version },
        argv: process.argv.slice(2),
      });
      await measure(run, options);
    });
}

async function measure(run: OpenRun, options: Options): Promise<void> {
  // Loaded late: the API client takes half a second, which no other command should pay.
  const { runScenario } = await import('../../run/run-scenario.ts');
  const { writeReports } = await import('../write-reports.ts');
  const { path } = run.directory;
  interruption.adviseCleanUp('drainbench cluster list');
  try {
    await runScenario(run, {
      existingCluster: options.cluster ?? null,
      signal: interruption.signal,
      progress: showRun({ ...run.manifest.plan, scenario: run.manifest.scenario }),
    });
  } catch (error) {
    if (interruption.signal.aborted)
      process.stderr.write(`what was measured is kept; go on with: drainbench run --resume ${path}\n`);
    throw error;
  }
  process.exitCode = VERDICT_EXIT[await writeReports(path, process.stdout)];
}

function nothingToRun(): DrainbenchError {
  return new DrainbenchError({
    code: 'nothing-to-run',
    message: 'name a scenario file, or a run directory with --resume',
    fix: 'drainbench run scenarios/prestop-on-delete.yaml',
    exitCode: EXIT.usage,
  });
}
