import { Command, Option } from 'commander';

import { addBoxAccessCommands } from './cluster-access.ts';
import { clusterUp, type ClusterUpOptions } from './cluster-up.ts';
import { boxStatus } from '../../cluster/embedded/box-status.ts';
import type { BoxRecord } from '../../cluster/embedded/box-record.ts';
import { listBoxes, readBox, surveyBoxes } from '../../cluster/embedded/box-store.ts';
import { planNetwork } from '../../cluster/embedded/network-plan.ts';
import { removeBox } from '../../cluster/embedded/remove-box.ts';
import { sweepDeadBoxes } from '../../cluster/embedded/sweep.ts';
import type { KindRecord } from '../../cluster/kind/kind-record.ts';
import { kindStatus } from '../../cluster/kind/kind-status.ts';
import { listKinds, readKind, surveyKinds } from '../../cluster/kind/kind-store.ts';
import { removeKind } from '../../cluster/kind/remove-kind.ts';
import { sweepDeadKinds } from '../../cluster/kind/sweep-kinds.ts';
import { requireLinux } from '../../cluster/require-linux.ts';
import { countOf } from '../../model/count-of.ts';
import { EXIT } from '../../model/exit-code.ts';
import { integerOption } from '../integer-option.ts';
import { DEFAULT_NAME, freeNameOption, givenName, nameArgument } from '../name-option.ts';
import { requireNamedCluster } from '../named-cluster.ts';
import { showKindStatus } from '../show-kind-status.ts';
import { print, printError } from '../print.ts';

export function clusterCommand(): Command {
  const cluster = new Command('cluster').description(
    'real Kubernetes clusters: in a box of our own (no Docker, no registry), or by kind',
  );
  cluster.hook('preAction', async () => {
    requireLinux();
    const boxes = canHaveBoxes() ? await sweepDeadBoxes() : [];
    for (const name of [...boxes, ...(await sweepDeadKinds())])
      printError(`removed what was left of the dead cluster ${name}\n`);
  });
  cluster
    .command('up')
    .description('bring up a cluster and print the path of its kubeconfig')
    .addArgument(nameArgument())
    .addOption(freeNameOption())
    .addOption(
      new Option('--driver <driver>', 'auto: embedded on Linux as root, else kind')
        .choices(['auto', 'embedded', 'kind'])
        .default('auto'),
    )
    .addOption(integerOption('--nodes <n>', 'number of nodes that run Pods, 1 to 16').default(2))
    .addOption(
      new Option('--proxy-mode <mode>', 'how kube-proxy forwards (ipvs: kind only)')
        .choices(['nftables', 'iptables', 'ipvs'])
        .default('nftables'),
    )
    .option('--node-image <image>', 'kind: the node image, and with it the version of Kubernetes')
    .action(async (argument: string | undefined, options: Unnamed<ClusterUpOptions>) => {
      const record = await clusterUp({ ...options, name: givenName(argument, options) ?? DEFAULT_NAME });
      const { kubeconfigPath } = record;
      print(`${kubeconfigPath}\n`);
    });
  cluster
    .command('down')
    .description('remove a cluster and everything that belongs to it')
    .addArgument(nameArgument())
    .addOption(freeNameOption())
    .option('--all', 'remove every cluster')
    .action(async (argument: string | undefined, options: { name?: string; all?: true }) => {
      const named = givenName(argument, options);
      for (const name of options.all === true ? await allNames() : [named ?? DEFAULT_NAME]) await down(name);
    });
  cluster
    .command('list')
    .description('all clusters of this machine that drainbench made')
    .action(async () => {
      const [boxes, kinds] = [canHaveBoxes() ? await surveyBoxes() : NO_RECORDS, await surveyKinds()];
      const lines = [
        ...(await Promise.all(boxes.records.map(boxLine))),
        ...(await Promise.all(kinds.records.map(kindLine))),
        ...[...boxes.unreadable, ...kinds.unreadable].map(
          ({ name, error }) => `${name}  unreadable (${error.found ?? ''}): left alone`,
        ),
      ];
      print(lines.length === 0 ? 'no cluster\n' : `${lines.join('\n')}\n`);
    });
  cluster
    .command('status')
    .description('whether all of a cluster runs, without a name of each; exit code 69 when not')
    .addArgument(nameArgument())
    .addOption(freeNameOption())
    .action(async (argument: string | undefined, options: { name?: string }) => {
      const named = givenName(argument, options);
      const all = named === null ? await allNames() : [named];
      for (const name of all.length === 0 ? [DEFAULT_NAME] : all) {
        const found = await requireNamedCluster(name);
        if (found.driver === 'kind') await showKindStatus(found.record);
        else await status(found.box);
      }
    });
  addBoxAccessCommands(cluster);
  return cluster;
}

/** Boxes are root's: nobody else may look at their records. */
const NO_RECORDS = { records: [], unreadable: [] } as const;

/** Options of a command whose name may also be its argument. */
type Unnamed<Options extends { readonly name: string }> = Omit<Options, 'name'> & { readonly name?: string };

async function allNames(): Promise<string[]> {
  return [...(canHaveBoxes() ? await listBoxes() : []), ...(await listKinds())].map(({ name }) => name);
}

function canHaveBoxes(): boolean {
  return process.platform === 'linux' && process.geteuid?.() === 0;
}

async function boxLine(box: BoxRecord): Promise<string> {
  const { phase } = await boxStatus(box);
  return lineOf(box, phase, 'embedded');
}

async function kindLine(record: KindRecord): Promise<string> {
  return lineOf(record, (await kindStatus(record)).phase, 'kind');
}

function lineOf(cluster: BoxRecord | KindRecord, phase: string, driver: string): string {
  const { name, nodeCount, proxyMode, kubernetesVersion, createdAt } = cluster;
  return [name, phase, countOf(nodeCount, 'node'), proxyMode, kubernetesVersion, createdAt, driver].join(
    '  ',
  );
}

async function down(name: string): Promise<void> {
  print(`${await remove(name)}\n`);
}

async function remove(name: string): Promise<string> {
  const box = await readBox(name);
  if (box !== null) {
    await removeBox(box, { keepLogs: false });
    return `removed ${name}`;
  }
  const kind = await readKind(name);
  if (kind === null) return `there is no cluster named "${name}"`;
  const removed = await removeKind(kind);
  return removed > 0 ? `removed ${name}` : `removed ${name}, whose nodes were gone already`;
}

async function status(record: BoxRecord): Promise<void> {
  const { name } = record;
  const found = await boxStatus(record);
  const network = planNetwork(record.slot, record.nodeCount);
  print(
    [
      `${name}: ${found.phase}, Kubernetes ${record.kubernetesVersion}, kube-proxy ${record.proxyMode}`,
      `API server  https://${network.controlPlane}:6443`,
      ...network.nodes.map((node) => `${node.name}  ${node.address}  Pods ${node.podCidr}`),
      `${countOf(found.processes, 'process', 'processes')}, ${Math.round(found.residentBytes / 2 ** 20)} MiB resident`,
      ...found.ended.map(
        (component) => `NOT RUNNING: ${component} (drainbench cluster logs ${component} --name ${name})`,
      ),
      '',
    ].join('\n'),
  );
  if (found.ended.length > 0) process.exitCode = EXIT.unavailable;
}
