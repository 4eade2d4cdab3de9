import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';

import { boxPaths } from '../../cluster/embedded/box-paths.ts';
import { requireBox } from '../../cluster/embedded/box-store.ts';
import { embeddedCluster } from '../../cluster/embedded/embedded-cluster.ts';
import { enterBox } from '../../cluster/embedded/enter-box.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { buildTools } from '../../tools/build-tools.ts';
import { interruption } from '../interruption.ts';
import { nameOption } from '../name-option.ts';
import { toolProgressLine } from '../tool-progress-line.ts';

interface Named {
  readonly name: string;
}

/** The commands that use a running box. */
export function addBoxAccessCommands(cluster: Command): void {
  cluster
    .command('kubeconfig')
    .description('print the path of the kubeconfig file')
    .addOption(nameOption())
    .action(async ({ name }: Named) => {
      await requireBox(name);
      process.stdout.write(`${boxPaths(name).kubeconfig}\n`);
    });
  cluster
    .command('kubectl')
    .description('run kubectl against the cluster: drainbench cluster kubectl -- get pods -A')
    .addOption(nameOption())
    .argument('[args...]')
    .action(async (args: string[], { name }: Named) => {
      await requireBox(name);
      const { kubectl } = await buildTools({
        names: ['kubernetes'],
        signal: interruption.signal,
        onProgress: toolProgressLine({ showCached: false }),
      });
      await runInTerminal([kubectl, ...args], { KUBECONFIG: boxPaths(name).kubeconfig });
    });
  cluster
    .command('exec-node')
    .description(
      'run a command in the network of a node: drainbench cluster exec-node node1 -- nft list ruleset',
    )
    .addOption(nameOption())
    .argument('<node>', 'node1, node2 … or control-plane')
    .argument('<command...>')
    .action(async (node: string, command: string[], { name }: Named) => {
      const box = await requireBox(name);
      const nodes = embeddedCluster(box).nodes.map((known) => known.name);
      if (node !== 'control-plane' && !nodes.includes(node))
        throw unknown('node', node, ['control-plane', ...nodes]);
      await runInTerminal(enterBox(box.init, node === 'control-plane' ? null : node, command), {});
    });
  cluster
    .command('load-image')
    .description('put the images of an OCI or docker-archive tar on every node')
    .addOption(nameOption())
    .argument('<archive...>')
    .action(async (archives: string[], { name }: Named) => {
      const loaded = embeddedCluster(await requireBox(name));
      for (const archive of archives) await loaded.loadImage(resolve(archive), interruption.signal);
    });
  cluster
    .command('logs')
    .description('print the log of a component, or list the components that have one')
    .addOption(nameOption())
    .argument('[component]', 'etcd, kube-apiserver, kubelet-node1 …')
    .action(async (component: string | undefined, { name }: Named) => {
      await requireBox(name);
      await printLog(boxPaths(name).logs, component);
    });
}

/** Hands the terminal to a command and takes over its exit code; signals reach it by itself. */
async function runInTerminal(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  interruption.handOver();
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? EXIT.interrupted;
}

async function printLog(directory: string, component: string | undefined): Promise<void> {
  const known = (await readdir(directory))
    .filter((file) => file.endsWith('.log'))
    .map((file) => file.slice(0, -4));
  if (component === undefined) {
    for (const name of known.sort()) {
      const { size } = await stat(join(directory, `${name}.log`));
      process.stdout.write(`${name}  ${Math.ceil(size / 1024)} KiB\n`);
    }
    return;
  }
  if (!known.includes(component)) throw unknown('component', component, known);
  await pipeline(createReadStream(join(directory, `${component}.log`)), process.stdout, { end: false });
}

function unknown(kind: string, found: string, known: readonly string[]): DrainbenchError {
  return new DrainbenchError({
    code: `unknown-${kind}`,
    message: `there is no ${kind} named "${found}"`,
    expected: `one of ${known.join(', ')}`,
    found,
    exitCode: EXIT.usage,
  });
}
