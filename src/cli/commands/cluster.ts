import { Command, Option } from 'commander';

import { addBoxAccessCommands } from './cluster-access.ts';
import { clusterUp, type ClusterUpOptions } from './cluster-up.ts';
import { boxStatus } from '../../cluster/embedded/box-status.ts';
import { listBoxes, readBox, requireBox } from '../../cluster/embedded/box-store.ts';
import { planNetwork } from '../../cluster/embedded/network-plan.ts';
import { removeBox } from '../../cluster/embedded/remove-box.ts';
import { requireRoot } from '../../cluster/embedded/require-root.ts';
import { sweepDeadBoxes } from '../../cluster/embedded/sweep.ts';
import { EXIT } from '../../model/exit-code.ts';
import { integerOption } from '../integer-option.ts';
import { nameOption } from '../name-option.ts';

export function clusterCommand(): Command {
  const cluster = new Command('cluster').description(
    'real Kubernetes clusters in a box: no Docker, no registry',
  );
  cluster.hook('preAction', async () => {
    requireRoot();
    for (const name of await sweepDeadBoxes())
      process.stderr.write(`removed what was left of the dead cluster ${name}\n`);
  });
  cluster
    .command('up')
    .description('bring up a cluster and print the path of its kubeconfig')
    .addOption(nameOption())
    .addOption(integerOption('--nodes <n>', 'number of nodes, 1 to 16').default(2))
    .addOption(
      new Option('--proxy-mode <mode>', 'how kube-proxy forwards')
        .choices(['nftables', 'iptables'])
        .default('nftables'),
    )
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
      const names = options.all === true ? (await listBoxes()).map((box) => box.name) : [options.name];
      for (const name of names) await down(name);
    });
  cluster
    .command('list')
    .description('all clusters of this machine')
    .action(async () => {
      const boxes = await listBoxes();
      if (boxes.length === 0) process.stdout.write('no cluster\n');
      for (const box of boxes) {
        const { phase } = await boxStatus(box);
        const facts = [
          box.name,
          phase,
          `${box.nodeCount} nodes`,
          box.proxyMode,
          box.kubernetesVersion,
          box.createdAt,
        ];
        process.stdout.write(`${facts.join('  ')}\n`);
      }
    });
  cluster
    .command('status')
    .description('whether all of a cluster runs; exit code 69 when not')
    .addOption(nameOption())
    .action(async ({ name }: { name: string }) => {
      await status(name);
    });
  addBoxAccessCommands(cluster);
  return cluster;
}

async function down(name: string): Promise<void> {
  const record = await readBox(name);
  if (record === null) {
    process.stdout.write(`there is no cluster named "${name}"\n`);
    return;
  }
  await removeBox(record, { keepLogs: false });
  process.stdout.write(`removed ${name}\n`);
}

async function status(name: string): Promise<void> {
  const record = await requireBox(name);
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
