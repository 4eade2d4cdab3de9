import { resolve } from 'node:path';
import { Option, type Command } from 'commander';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Scenario } from '../model/scenario.ts';
import { shellWord } from '../model/shell-word.ts';
import type { Finding } from '../model/verdict.ts';
import { checkScenario } from '../scenario/check-scenario.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import { withClusterOptions, type ClusterOptions } from '../scenario/with-cluster-options.ts';
import { withOnly } from '../scenario/with-only.ts';
import { withPace } from '../scenario/with-pace.ts';
import { checkManifest } from '../workload/check-manifest.ts';
import type { KubeObject } from '../workload/kube-object.ts';
import { readManifest } from '../workload/read-manifest.ts';
import { requirePossible } from '../workload/require-possible.ts';
import { strategyContainerWarnings } from '../workload/strategy-container-warnings.ts';
import { integerOption } from './integer-option.ts';
import { interruption } from './interruption.ts';
import { lanesOption } from './lanes-option.ts';
import { namesOption } from './names-option.ts';
import { showPreflight } from './show-preflight.ts';
import { namespaceName } from './namespace-name.ts';
import { print, printError } from './print.ts';

/** What every command takes that measures a scenario. */
export interface ScenarioOptions extends ClusterOptions {
  readonly seed?: number;
  readonly deploy?: Scenario['spec']['deploy'];
  readonly lanes?: Scenario['spec']['lanes'];
  readonly reports: string;
  readonly cluster?: string;
  readonly dryRun?: true;
  readonly strategy?: readonly string[];
  readonly load?: readonly string[];
}

/** Adds them to a command. */
export function withScenarioOptions(command: Command): Command {
  return command
    .addOption(integerOption('--seed <n>', "order of trials and choice of Pods (default: the scenario's)"))
    .addOption(
      new Option(
        '--deploy <when>',
        'deploy the app for each trial or once, whatever the scenario says',
      ).choices(['each-trial', 'once']),
    )
    .addOption(
      lanesOption('--lanes <n>', "how many trials go on side by side, or auto (default: the scenario's)"),
    )
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
    .addOption(
      new Option('--namespace <name>', 'use this existing namespace of it, which stays').argParser(
        namespaceName,
      ),
    )
    .option('--registry <prefix>', "push the app's image there, for the nodes to pull")
    .addOption(
      namesOption('--strategy <name>', 'measure this strategy only; again, or with commas, for several'),
    )
    .addOption(namesOption('--load <name>', 'put this load on only; again, or with commas, for several'))
    .option(
      '--dry-run',
      'print the plan and every object that it would create, ask an existing cluster what it would refuse, and change nothing',
    );
}

/** A scenario as the options leave it, with what belongs to it. */
export interface ReadScenario {
  readonly scenario: Scenario;
  /** The objects of the user's manifest file, where the scenario names one. */
  readonly manifest: readonly KubeObject[];
}

/** Reads a scenario file and holds it against the options and the manifest that it names. */
export async function readScenario(file: string, options: ScenarioOptions): Promise<ReadScenario> {
  const only = { strategies: options.strategy, loads: options.load };
  const scenario = withPace(withClusterOptions(withOnly(await loadScenario(file), only), options), options);
  if (options.kubeconfig === undefined) await requireNoPrograms(scenario);
  const manifest = await userManifest(scenario);
  requirePossible(scenario, manifest);
  return { scenario, manifest };
}

/**
 * Says on stderr what is allowed but surprising. Throws where the context that it names is not there.
 *
 * @param own what the command itself has to say, and codes of what does not concern it
 */
export async function warnOf(
  { scenario, manifest }: ReadScenario,
  own: { readonly more?: readonly Finding[]; readonly without?: readonly string[] } = {},
): Promise<readonly Finding[]> {
  await requireContext(scenario);
  const warnings = [
    ...checkScenario(scenario),
    ...checkManifest(scenario, manifest),
    ...strategyContainerWarnings(scenario, manifest),
    ...(own.more ?? []),
  ].filter(({ code }) => own.without?.includes(code) !== true);
  for (const { severity, message } of warnings)
    printError(`${severity === 'info' ? 'note' : severity}: ${message}\n`);
  return warnings;
}

/** On an existing cluster; whether anything would be refused is the exit code. */
export async function showWhatWouldBeRefused(
  { scenario, manifest }: ReadScenario,
  file: string,
): Promise<void> {
  if (scenario.spec.cluster.driver !== 'existing') return;
  const { preflight } = await import('../run/preflight.ts');
  const found = await preflight(scenario, file, manifest, interruption.signal);
  print(showPreflight(found));
  const [first] = found.refusals;
  if (first !== undefined) process.exitCode = first.exitCode;
}

async function userManifest({ spec: { app } }: Scenario): Promise<readonly KubeObject[]> {
  return 'manifest' in app ? readManifest(app.manifest) : [];
}

/**
 * A kubeconfig may have a program run to get its credentials. Who names it on the command line means that; who runs a
 * scenario of somebody else need not know that it names one.
 */
async function requireNoPrograms({ spec: { cluster } }: Scenario): Promise<void> {
  const { context, kubeconfig } = cluster;
  if (context === undefined || kubeconfig === undefined) return;
  const { readContext } = await import('../cluster/existing/read-context.ts');
  const user = readContext({ context, kubeconfig }).getCurrentUser();
  const program: unknown = user?.exec ?? user?.authProvider;
  if (program === undefined || program === null) return;
  throw new DrainbenchError({
    code: 'kubeconfig-runs-program',
    message: `context ${context} of ${kubeconfig}, which the scenario names, runs a program to get its credentials`,
    found: JSON.stringify(program),
    fix: `look at it, and where you mean it say so yourself: --kubeconfig ${shellWord(kubeconfig)}`,
    exitCode: EXIT.usage,
  });
}

/** Before there is a run directory: a context that is not there is a mistake in the command, not a failed run. */
async function requireContext({ spec: { cluster } }: Scenario): Promise<void> {
  if (cluster.context === undefined) return;
  const { readContext } = await import('../cluster/existing/read-context.ts');
  readContext({ context: cluster.context, kubeconfig: cluster.kubeconfig });
}

function absolute(path: string): string {
  return resolve(path);
}
