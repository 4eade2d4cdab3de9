import { Command } from 'commander';

import { EXIT, type ExitCode } from '../../model/exit-code.ts';
import type { Verdict } from '../../model/verdict.ts';
import { loadScenario } from '../../scenario/load-scenario.ts';
import { makePlan } from '../../scenario/make-plan.ts';
import { integerOption } from '../integer-option.ts';
import { interruption } from '../interruption.ts';
import { packageVersion } from '../package-version.ts';
import { showPlan } from '../show-plan.ts';
import { showRun } from '../show-run.ts';

interface Options {
  readonly blocks?: number;
  readonly seed?: number;
  readonly reports: string;
  readonly cluster?: string;
  readonly dryRun?: true;
}

export function runCommand(): Command {
  return new Command('run')
    .description('measure a scenario and write a report')
    .argument('<scenario>', 'YAML file')
    .addOption(integerOption('--blocks <n>', "how often every strategy is tried (default: the scenario's)"))
    .addOption(integerOption('--seed <n>', "order of trials and choice of Pods (default: the scenario's)"))
    .option('--reports <folder>', 'where run directories go', 'reports')
    .option('--cluster <name>', 'use this running cluster instead of a new one')
    .option('--dry-run', 'print the plan and every object that it would create, and do nothing')
    .action(async (file: string, options: Options) => {
      const scenario = await loadScenario(file);
      const plan = makePlan(scenario, {
        ...(options.blocks === undefined ? {} : { blocks: options.blocks }),
        ...(options.seed === undefined ? {} : { seed: options.seed }),
      });
      if (options.dryRun === true) {
        process.stdout.write(await showPlan(plan, file));
        return;
      }
      // Loaded late: the API client takes half a second, which no other command should pay.
      const { runScenario } = await import('../../run/run-scenario.ts');
      const { writeReports } = await import('../write-reports.ts');
      interruption.adviseCleanUp('drainbench cluster list');
      const run = await runScenario({
        plan,
        scenarioFile: file,
        reportsRoot: options.reports,
        existingBox: options.cluster ?? null,
        versions: { drainbench: packageVersion(), node: process.version },
        argv: process.argv.slice(2),
        signal: interruption.signal,
        progress: showRun(plan),
      });
      process.exitCode = VERDICT_EXIT[await writeReports(run.path, process.stdout)];
    });
}

const VERDICT_EXIT: Readonly<Record<Verdict, ExitCode>> = {
  pass: EXIT.pass,
  fail: EXIT.fail,
  inconclusive: EXIT.inconclusive,
  void: EXIT.void,
};
