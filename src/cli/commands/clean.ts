import { Command, Option } from 'commander';

import { findDeadBoxes, sweepDeadBoxes } from '../../cluster/embedded/sweep.ts';
import { requireLinux } from '../../cluster/require-linux.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { isErrno } from '../../model/errno.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Cleaned } from '../../run/clean/clean-cluster.ts';
import { interruption } from '../interruption.ts';
import { namespaceName } from '../namespace-name.ts';
import { print } from '../print.ts';

interface Options {
  readonly expired?: true;
  readonly run?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly reports: string;
  readonly dryRun?: true;
}

export function cleanCommand(): Command {
  return new Command('clean')
    .description(
      'remove what dead runs left: boxes and kind clusters of this machine or, with --context, objects on a cluster',
    )
    .addOption(new Option('--expired', 'only what has expired').conflicts('run'))
    .option('--run <id>', 'only what this run left, whether it has expired or not')
    .option('--context <name>', 'look on the cluster of this kubeconfig context')
    .option('--kubeconfig <file>', 'where that context is (default: KUBECONFIG, or ~/.kube/config)')
    .addOption(new Option('--namespace <name>', 'look only there').argParser(namespaceName))
    .option(
      '--reports <folder>',
      'where the run directory is, whose journal proves what is the run’s',
      'reports',
    )
    .option('--dry-run', 'say what would be removed, and send nothing that changes anything')
    .action(async (options: Options) => {
      requireLinux();
      if (options.context === undefined) await cleanMachine(options);
      else await cleanContext(options.context, options);
    });
}

async function cleanMachine({ run, namespace, dryRun }: Options): Promise<void> {
  if (run !== undefined || namespace !== undefined) {
    throw new DrainbenchError({
      code: 'context-not-named',
      message: `${run === undefined ? '--namespace' : '--run'} is about a cluster: name its context`,
      fix: 'drainbench clean --context NAME …',
      exitCode: EXIT.usage,
    });
  }
  const would = dryRun === true ? 'would remove' : 'removed';
  const boxes = await (dryRun === true ? findDeadBoxes() : sweepDeadBoxes()).catch(notReadable);
  const { findDeadKinds, sweepDeadKinds } = await import('../../cluster/kind/sweep-kinds.ts');
  const kinds = await (dryRun === true ? findDeadKinds() : sweepDeadKinds());
  for (const name of boxes ?? []) print(`${would} the dead cluster ${name}\n`);
  for (const name of kinds) print(`${would} the dead kind cluster ${name}\n`);
  if (boxes === null) print("not looked at, because they are root's: clusters of the embedded driver\n");
  if ((boxes ?? []).length + kinds.length === 0)
    print(`no ${boxes === null ? 'other ' : ''}dead cluster on this machine\n`);
}

/** Boxes are root's, and so is what tells of them. */
function notReadable(error: unknown): null {
  if (isErrno(error, 'EACCES', 'EPERM')) return null;
  throw error;
}

async function cleanContext(context: string, options: Options): Promise<void> {
  // Loaded late: the API client takes half a second, which no other command should pay.
  const { readContext } = await import('../../cluster/existing/read-context.ts');
  const { cleanCluster } = await import('../../run/clean/clean-cluster.ts');
  const { run, expired, namespace, reports, dryRun = false } = options;
  const kubeConfig = readContext({ context, kubeconfig: options.kubeconfig });
  const cleaned = await cleanCluster(kubeConfig, {
    what: run === undefined ? (expired === true ? 'expired' : 'dead') : { runId: run, reportsRoot: reports },
    namespace: namespace ?? null,
    dryRun,
    signal: interruption.signal,
  });
  print(describe(cleaned, run, dryRun));
  if (cleaned.removals.some(({ why }) => why !== null)) process.exitCode = EXIT.unavailable;
}

function describe(
  { remove, removals, leave, unseen, journal }: Cleaned,
  run: string | undefined,
  dryRun: boolean,
) {
  const lines = [
    ...(run !== undefined && journal === null
      ? [`no run directory of ${run} below --reports: going by labels and expiry alone`]
      : []),
    ...(dryRun ? remove.map((object) => `would remove ${title(object)} of run ${object.runId}`) : []),
    ...removals.map(({ object, why }) =>
      why === null ? `removed ${title(object)}` : `NOT removed ${title(object)}: ${why}`,
    ),
    ...leave.map(({ object, why }) => `left ${title(object)} of run ${object.runId}: ${why}`),
    // What a journal names is looked up by name.
    ...(unseen.length === 0 || journal !== null
      ? []
      : [`not looked at, because it could not be listed: ${unseen.join(', ')}`]),
    ...(remove.length === 0 ? ['nothing to remove'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function title({ kind, namespace, name }: { kind: string; namespace: string | null; name: string }): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`;
}
