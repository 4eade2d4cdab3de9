import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command, Option } from 'commander';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { shellWord } from '../../model/shell-word.ts';
import { integerOption } from '../integer-option.ts';
import { interruption } from '../interruption.ts';
import { namespaceName } from '../namespace-name.ts';
import { print, printError } from '../print.ts';

interface Options {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace: string;
  readonly workload?: string;
  readonly port?: number;
  readonly imageArchive?: string;
  readonly output?: string;
  readonly force?: true;
}

export function initCommand(): Command {
  return new Command('init')
    .description('write a scenario for your own app: as it is, and what to compare it with')
    .argument('[manifest]', 'YAML file with a Deployment or StatefulSet; none with --context')
    .option('--workload <kind/name>', 'which one, where the manifest has several: deployment/web')
    .addOption(
      integerOption('--port <n>', "the container's port that gets the load (default: the Service's)"),
    )
    .option('--image-archive <file>', 'its image, for nodes that cannot pull it; `check` looks into it too')
    .option('--context <name>', 'look at a workload that runs there, and write its manifest too; only reads')
    .option('--kubeconfig <file>', 'file with that context (default: KUBECONFIG, or ~/.kube/config)')
    .addOption(
      new Option('--namespace <name>', 'with --context: where the workload runs')
        .argParser(namespaceName)
        .default('default'),
    )
    .option(
      '--output <file>',
      'where the scenario goes (default: MANIFEST.drainbench.yaml, beside it; with --context NAME.drainbench.yaml)',
    )
    .option('--force', 'write over files that are there')
    .action(async (manifest: string | undefined, options: Options) => {
      const { context } = options;
      if ((manifest === undefined) === (context === undefined)) throw needsOneSource();
      if (context !== undefined) await fromCluster(context, options);
      else await fromFile(manifest ?? '', options);
    });
}

async function fromFile(manifest: string, options: Options): Promise<void> {
  if (manifest === '-') throw needsFile();
  const output = options.output ?? defaultOutput(manifest);
  if (resolve(output) === resolve(manifest)) throw wouldBeLost(output, '--output OTHER.yaml');
  requireFree(output, options);
  const { manifestText } = await import('../../workload/read-manifest.ts');
  const { writeFileAtomically } = await import('../../history/write-file-atomically.ts');
  const text = await scenarioFor(await manifestText(manifest), manifest, output, options);
  await writeFileAtomically(output, text);
  print(`${output} is written; go on with:

    drainbench run ${shellWord(output)} --dry-run     # the plan, and every object that it would create
    drainbench run ${shellWord(output)}
`);
}

/** The manifest is written as it runs, and the scenario for it beside it. */
async function fromCluster(context: string, options: Options): Promise<void> {
  const { kind, name } = runningWorkload(options.workload);
  const { kubeconfig, namespace } = options;
  const output = options.output ?? `${name}.drainbench.yaml`;
  const manifest = `${output.replace(/(\.drainbench)?\.ya?ml$/, '')}.manifest.yaml`;
  for (const file of [output, manifest]) requireFree(file, options);
  const { readContext } = await import('../../cluster/existing/read-context.ts');
  const { readRunning } = await import('../../workload/read-running.ts');
  const { runningManifest } = await import('../../check/running-manifest.ts');
  const { writeFileAtomically } = await import('../../history/write-file-atomically.ts');
  const kubeConfig = readContext({ context, kubeconfig });
  const running = await readRunning(kubeConfig, { namespace, kind, name }, interruption.signal);
  const text = runningManifest(running, { context, namespace });
  const scenario = await scenarioFor(text, manifest, output, options);
  await writeFileAtomically(manifest, text);
  await writeFileAtomically(output, scenario);
  for (const what of running.notRead) printError(`not read: ${what}\n`);
  print(`${manifest} and ${output} are written. The head of the manifest says what it needs besides. Go on with:

    drainbench run ${shellWord(output)} --dry-run     # the plan, and every object that it would create
    drainbench run ${shellWord(output)}               # in a cluster of its own; there: --context ${shellWord(context)}
`);
}

function runningWorkload(wanted: string | undefined): {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
} {
  const [, kind = '', name = ''] =
    /^(deployment|statefulset)\/([a-z0-9][a-z0-9.-]*)$/i.exec(wanted ?? '') ?? [];
  if (name === '') {
    throw new DrainbenchError({
      code: 'workload-not-chosen',
      message: 'which workload of the cluster is it?',
      expected: '--workload deployment/NAME or statefulset/NAME',
      ...(wanted !== undefined && { found: wanted }),
      fix: 'kubectl get deployments,statefulsets',
      exitCode: EXIT.usage,
    });
  }
  return { kind: kind.toLowerCase() === 'deployment' ? 'Deployment' : 'StatefulSet', name };
}

/** What cannot be run is not written: the scenario is held against the manifest as \`run\` does it. */
async function scenarioFor(
  manifestText: string,
  manifest: string,
  output: string,
  options: Options,
): Promise<string> {
  const { checkManifests } = await import('../../check/check-manifests.ts');
  const { proposeScenario } = await import('../../check/propose-scenario.ts');
  const { readImageContents } = await import('../../image/image-contents.ts');
  const { parseScenario } = await import('../../scenario/parse-scenario.ts');
  const { parseManifest } = await import('../../workload/parse-manifest.ts');
  const { requirePossible } = await import('../../workload/require-possible.ts');
  const { workload, port, imageArchive } = options;
  const objects = parseManifest(manifestText, manifest);
  const images = imageArchive === undefined ? [] : await readImageContents(imageArchive);
  const { findings } = await checkManifests(objects, images);
  const fromOutput = (path: string) => relative(dirname(resolve(output)), resolve(path));
  const text = proposeScenario({
    objects,
    findings,
    manifest: fromOutput(manifest),
    ...(workload !== undefined && { workload }),
    ...(port !== undefined && { port }),
    ...(imageArchive !== undefined && { imageArchive: fromOutput(imageArchive) }),
  });
  requirePossible(
    parseScenario(text, output),
    objects.map(({ object }) => object),
  );
  return text;
}

function defaultOutput(manifest: string): string {
  return join(dirname(manifest), `${basename(manifest).replace(/\.(ya?ml|json)$/, '')}.drainbench.yaml`);
}

function requireFree(file: string, { force }: Options): void {
  if (existsSync(file) && force !== true)
    throw wouldBeLost(file, '--force writes over it; --output FILE writes elsewhere');
}

function needsOneSource(): DrainbenchError {
  return new DrainbenchError({
    code: 'source-unclear',
    message: 'a scenario is written for a manifest file, or for a workload that runs',
    fix: 'drainbench init app.yaml; or: drainbench init --context NAME --workload deployment/web',
    exitCode: EXIT.usage,
  });
}

function needsFile(): DrainbenchError {
  return new DrainbenchError({
    code: 'manifest-not-a-file',
    message: 'a scenario names its manifest by its file, and standard input has none',
    fix: 'save it first: helm template CHART > rendered.yaml; drainbench init rendered.yaml',
    exitCode: EXIT.usage,
  });
}

function wouldBeLost(output: string, fix: string): DrainbenchError {
  return new DrainbenchError({
    code: 'output-exists',
    message: `${output} is there already`,
    fix,
    exitCode: EXIT.usage,
  });
}
