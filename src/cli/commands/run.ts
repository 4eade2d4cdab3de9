import { resolve } from 'node:path';
import { Command, Option } from 'commander';

import { requireLinux } from '../../cluster/require-linux.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Scenario } from '../../model/scenario.ts';
import type { OpenRun } from '../../run/open-run.ts';
import { checkScenario } from '../../scenario/check-scenario.ts';
import { loadScenario } from '../../scenario/load-scenario.ts';
import { makePlan } from '../../scenario/make-plan.ts';
import { withClusterOptions, type ClusterOptions } from '../../scenario/with-cluster-options.ts';
import { integerOption } from '../integer-option.ts';
import { interruption } from '../interruption.ts';
import { packageVersion } from '../package-version.ts';
import { requireRunDirectory } from '../require-run-directory.ts';
import { readManifest } from '../../workload/read-manifest.ts';
import { showPlan } from '../show-plan.ts';
import { showPreflight } from '../show-preflight.ts';
import { showRun } from '../show-run.ts';
import { VERDICT_EXIT } from '../verdict-exit.ts';

interface Options extends ClusterOptions {
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
    .addOption(
      new Option(
        '--driver <driver>',
        'make the cluster with this driver, whatever the scenario says',
      ).choices(['auto', 'embedded', 'kind', 'existing']),
    )
    .option('--node-image <image>', 'kind: the node image, and with it the version of Kubernetes')
    .addOption(
      new Option(
        '--node-agent <when>',
        'observe from inside of the nodes by a privileged Pod on each, whatever the scenario says',
      ).choices(['auto', 'always', 'never']),
    )
    .option('--context <name>', 'run on the existing cluster of this kubeconfig context')
    .option('--kubeconfig <file>', 'where that context is (default: KUBECONFIG, or ~/.kube/config)', absolute)
    .option('--namespace <name>', 'use this namespace of it, which is there and stays')
    .option('--registry <prefix>', "push the app's image there, for the nodes to pull")
    .option('--resume <run-directory>', 'go on with a run that was interrupted or killed')
    .option(
      '--dry-run',
      'print the plan and every object that it would create, ask an existing cluster what it would refuse, and change nothing',
    )
    .action(async (file: string | undefined, options: Options) => {
      if (options.dryRun !== true) requireLinux();
      if (options.resume !== undefined) {
        const { openRunAgain } = await import('../../run/open-run.ts');
        const run = await openRunAgain(await requireRunDirectory(options.resume));
        // The manifest knows the context; naming another one is a mistake.
        withClusterOptions(run.manifest.scenario, options);
        await measure(run, options);
        return;
      }
      if (file === undefined) throw nothingToRun();
      const scenario = withClusterOptions(await loadScenario(file), options);
      const plan = makePlan(scenario, {
        ...(options.blocks === undefined ? {} : { blocks: options.blocks }),
        ...(options.seed === undefined ? {} : { seed: options.seed }),
      });
      await requireContext(scenario);
      for (const { message } of checkScenario(scenario)) process.stderr.write(`warning: ${message}\n`);
      if (options.dryRun === true) {
        process.stdout.write(await showPlan(plan));
        await showWhatWouldBeRefused(scenario, file);
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

/** Before there is a run directory: a context that is not there is a mistake in the command, not a failed run. */
async function requireContext({ spec: { cluster } }: Scenario): Promise<void> {
  if (cluster.context === undefined) return;
  const { readContext } = await import('../../cluster/existing/read-context.ts');
  readContext({ context: cluster.context, kubeconfig: cluster.kubeconfig });
}

/** On a cluster that is there; whether anything would be refused is the exit code. */
async function showWhatWouldBeRefused(scenario: Scenario, file: string): Promise<void> {
  if (scenario.spec.cluster.driver !== 'existing') return;
  const { preflight } = await import('../../run/preflight.ts');
  const { app } = scenario.spec;
  const manifest = 'manifest' in app ? await readManifest(app.manifest) : [];
  const found = await preflight(scenario, file, manifest, interruption.signal);
  process.stdout.write(showPreflight(found));
  const [first] = found.refusals;
  if (first !== undefined) process.exitCode = first.exitCode;
}

async function measure(run: OpenRun, options: Options): Promise<void> {
  // Loaded late: the API client takes half a second, which no other command should pay.
  const { runScenario } = await import('../../run/run-scenario.ts');
  const { writeReports } = await import('../write-reports.ts');
  const { path } = run.directory;
  interruption.adviseCleanUp('drainbench cluster list');
  let left: DrainbenchError | null;
  try {
    left = await runScenario(run, {
      existingCluster: options.cluster ?? null,
      signal: interruption.signal,
      progress: showRun({ ...run.manifest.plan, scenario: run.manifest.scenario }),
    });
  } catch (error) {
    if (interruption.signal.aborted)
      process.stderr.write(`what was measured is kept; go on with: drainbench run --resume ${path}\n`);
    throw error;
  }
  const verdict = await writeReports(path, process.stdout);
  // All is measured and reported; but a run that leaves something behind does not end well, whatever its verdict.
  if (left !== null) throw left;
  process.exitCode = VERDICT_EXIT[verdict];
}

function absolute(path: string): string {
  return resolve(path);
}

function nothingToRun(): DrainbenchError {
  return new DrainbenchError({
    code: 'nothing-to-run',
    message: 'name a scenario file, or a run directory with --resume',
    fix: 'drainbench run scenarios/prestop-on-delete.yaml',
    exitCode: EXIT.usage,
  });
}
