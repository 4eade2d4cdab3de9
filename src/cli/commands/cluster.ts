import { Command, Option } from 'commander';

import { addBoxAccessCommands } from './cluster-access.ts';
import { clusterUp, type ClusterUpOptions } from './cluster-up.ts';
import { boxStatus } from '../../cluster/embedded/box-status.ts';
import type { BoxRecord } from '../../cluster/embedded/box-record.ts';
import { listBoxes, readBox } from '../../cluster/embedded/box-store.ts';
import { planNetwork } from '../../cluster/embedded/network-plan.ts';
import { removeBox } from '../../cluster/embedded/remove-box.ts';
import { sweepDeadBoxes } from '../../cluster/embedded/sweep.ts';
import type { KindRecord } from '../../cluster/kind/kind-record.ts';
import { kindStatus } from '../../cluster/kind/kind-status.ts';
import { listKinds, readKind } from '../../cluster/kind/kind-store.ts';
import { removeKind } from '../../cluster/kind/remove-kind.ts';
import { sweepDeadKinds } from '../../cluster/kind/sweep-kinds.ts';
import { requireLinux } from '../../cluster/require-linux.ts';
import { EXIT } from '../../model/exit-code.ts';
import { integerOption } from '../integer-option.ts';
import { nameOption } from '../name-option.ts';
import { requireNamedCluster } from '../named-cluster.ts';
import { showKindStatus } from '../show-kind-status.ts';

export function clusterCommand(): Command {
  const cluster = new Command('cluster').description(
    'real Kubernetes clusters: in a box of our own (no Docker, no registry), or by kind',
  );
  cluster.hook('preAction', async () => {
    requireLinux();
    const boxes = canHaveBoxes() ? await sweepDeadBoxes() : [];
    for (const name of [...boxes, ...(await sweepDeadKinds())])
      process.stderr.write(`removed what was left of the dead cluster ${name}\n`);
  });
  cluster
    .command('up')
    .description('bring up a cluster and print the path of its kubeconfig')
    .addOption(nameOption())
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
    .action(async (options: ClusterUpOptions) => {
      const record = await clusterUp(options);
      const { kubeconfigPath } = record;
      process.stdout.write(`${kubeconfigPath}\n`);
    });
  cluster
    .command('down')
    .description('remove a cluster and everything that belongs to it')
    .addOption(nameOption())
    .option('--all', 'remove every cluster')
    .action(async (options: { name: string; all?: true }) => {
      const all = [...(await listBoxes()), ...(await listKinds())].map(({ name }) => name);
      for (const name of options.all === true ? all : [options.name]) await down(name);
    });
  cluster
    .command('list')
    .description('all clusters of this machine that drainbench made')
    .action(async () => {
      const lines = [
        ...(await Promise.all((await listBoxes()).map(boxLine))),
        ...(await Promise.all((await listKinds()).map(kindLine))),
      ];
      process.stdout.write(lines.length === 0 ? 'no cluster\n' : `${lines.join('\n')}\n`);
    });
  cluster
    .command('status')
    .description('whether all of a cluster runs; exit code 69 when not')
    .addOption(nameOption())
    .action(async ({ name }: { name: string }) => {
      const found = await requireNamedCluster(name);
      if (found.driver === 'kind') await showKindStatus(found.record);
      else await status(found.box);
    });
  addBoxAccessCommands(cluster);
  return cluster;
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
  return [name, phase, `${nodeCount} nodes`, proxyMode, kubernetesVersion, createdAt, driver].join('  ');
}

async function down(name: string): Promise<void> {
  process.stdout.write(`${await remove(name)}\n`);
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
  process.stdout.write(
    [
      `${name}: ${found.phase}, Kubernetes ${record.kubernetesVersion}, kube-proxy ${record.proxyMode}`,
      `API server  https://${network.controlPlane}:6443`,
      ...network.nodes.map((node) => `${node.name}  ${node.address}  Pods ${node.podCidr}`),
      `${found.processes} processes, ${Math.round(found.residentBytes / 2 ** 20)} MiB resident`,
      ...found.ended.map(
        (component) => `NOT RUNNING: ${component} (drainbench cluster logs ${component} --name ${name})`,
      ),
      '',
    ].join('\n'),
  );
  if (found.ended.length > 0) process.exitCode = EXIT.unavailable;
}
