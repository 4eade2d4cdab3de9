import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';

import { boxPaths } from '../../cluster/embedded/box-paths.ts';
import { enterBox } from '../../cluster/embedded/enter-box.ts';
import { environmentFor } from '../../cluster/kind/engine-command.ts';
import { listOwnNodes } from '../../cluster/kind/kind-nodes.ts';
import type { KindRecord } from '../../cluster/kind/kind-record.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { isErrno } from '../../model/errno.ts';
import { EXIT } from '../../model/exit-code.ts';
import { buildTools } from '../../tools/build-tools.ts';
import { interruption } from '../interruption.ts';
import { DEFAULT_NAME, freeNameOption, givenName, nameArgument, nameOption } from '../name-option.ts';
import { openNamedCluster, requireNamedCluster } from '../named-cluster.ts';
import { toolProgressLine } from '../tool-progress-line.ts';
import { print } from '../print.ts';

interface Named {
  readonly name: string;
}

/** The commands that use a running cluster of ours. */
export function addBoxAccessCommands(cluster: Command): void {
  cluster
    .command('kubeconfig')
    .description('print the path of the kubeconfig file')
    .addArgument(nameArgument())
    .addOption(freeNameOption())
    .action(async (argument: string | undefined, options: Partial<Named>) => {
      const { kubeconfig } = await requireNamedCluster(givenName(argument, options) ?? DEFAULT_NAME);
      print(`${kubeconfig}\n`);
    });
  cluster
    .command('kubectl')
    .description('run kubectl against the cluster: drainbench cluster kubectl -- get pods -A')
    .addOption(nameOption())
    .argument('[args...]')
    .action(async (args: string[], { name }: Named) => {
      const { driver, kubeconfig } = await requireNamedCluster(name);
      await runInTerminal([await findKubectl(driver), ...args], { KUBECONFIG: kubeconfig });
    });
  cluster
    .command('exec-node')
    .description(
      'run a command in the network of a node: drainbench cluster exec-node node1 -- nft list ruleset',
    )
    .addOption(nameOption())
    .argument('<node>', 'node1, node2 … or control-plane; on kind NAME-worker …')
    .argument('<command...>')
    .action(async (node: string, command: string[], { name }: Named) => {
      const found = await requireNamedCluster(name);
      const opened = await openNamedCluster(found);
      const nodes = opened.nodes.map((known) => known.name);
      if (found.driver === 'embedded' && node === 'control-plane') {
        await runInTerminal(enterBox(found.box.init, null, command), {});
        return;
      }
      const known = found.driver === 'embedded' ? ['control-plane', ...nodes] : nodes;
      if (!nodes.includes(node)) throw unknown('node', node, known);
      if (opened.sources.onNode !== null) await runInTerminal(opened.sources.onNode(node, command), {});
      else if (found.driver === 'kind')
        await runInTerminal(
          [found.record.engine.command, 'exec', node, ...command],
          environmentFor(found.record.engine),
        );
    });
  cluster
    .command('load-image')
    .description('put the images of an OCI or docker-archive tar on every node')
    .addOption(nameOption())
    .argument('<archive...>')
    .action(async (archives: string[], { name }: Named) => {
      const loaded = await openNamedCluster(await requireNamedCluster(name));
      for (const archive of archives) await loaded.loadImage(resolve(archive), interruption.signal);
    });
  cluster
    .command('logs')
    .description('print the log of a component, or list the components that have one')
    .addOption(nameOption())
    .argument('[component]', 'etcd, kube-apiserver, kubelet-node1 …; on kind a node')
    .action(async (component: string | undefined, { name }: Named) => {
      const found = await requireNamedCluster(name);
      if (found.driver === 'embedded') await printLog(boxPaths(name).logs, component);
      else await printNodeLog(found.record, component);
    });
}

/** Where there is a kubectl on the PATH, nobody waits for Kubernetes to be compiled to look at a kind cluster. */
async function findKubectl(driver: 'embedded' | 'kind'): Promise<string> {
  if (driver === 'kind') {
    const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
    const found = folders.map((folder) => join(folder, 'kubectl')).find((file) => existsSync(file));
    if (found !== undefined) return found;
  }
  const { kubectl } = await buildTools({
    names: ['kubernetes'],
    signal: interruption.signal,
    onProgress: toolProgressLine({ showCached: false }),
  });
  return kubectl;
}

/** On kind all of a node's components write into its journal, the Pods' logs are kubectl's. */
async function printNodeLog(record: KindRecord, node: string | undefined): Promise<void> {
  const nodes = (await listOwnNodes(record)).map(({ name }) => name);
  if (node === undefined) {
    print(`${nodes.join('\n')}\n`);
    return;
  }
  if (!nodes.includes(node)) throw unknown('component', node, nodes);
  const journal = ['exec', node, 'journalctl', '--no-pager'];
  await runInTerminal([record.engine.command, ...journal], environmentFor(record.engine));
}

/** Hands the terminal to a command and takes over its exit code; signals reach it by itself. */
async function runInTerminal(
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
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
      print(`${name}  ${Math.ceil(size / 1024)} KiB\n`);
    }
    return;
  }
  if (!known.includes(component)) throw unknown('component', component, known);
  const log = createReadStream(join(directory, `${component}.log`));
  if (process.stdout.isTTY) {
    // Containers write what is in it, too.
    for await (const line of createInterface({ input: log })) print(`${line}\n`);
    return;
  }
  await pipeline(log, process.stdout, { end: false }).catch((error: unknown) => {
    if (!isErrno(error, 'EPIPE')) throw error; // whoever reads it has read enough
  });
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
