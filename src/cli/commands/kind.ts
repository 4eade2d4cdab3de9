import { Command } from 'commander';

import { deliverNodeImage } from '../../cluster/kind/node-image/deliver-node-image.ts';
import { buildNodeImage } from '../../cluster/kind/node-image/build-node-image.ts';
import { requireLinux } from '../../cluster/require-linux.ts';
import { interruption } from '../interruption.ts';
import { toolProgressLine } from '../tool-progress-line.ts';
import { print, printError } from '../print.ts';

interface Options {
  readonly tag?: string;
  readonly debianMirror?: string;
}

export function kindCommand(): Command {
  const kind = new Command('kind').description('what drainbench adds to kind');
  kind
    .command('build-node-image')
    .description(
      'make a node image without a registry, from the pinned programs and Debian packages (Linux, as root)',
    )
    .option('--tag <name>', 'a further name for it in the engine, e.g. local/kind-node:test')
    .option('--debian-mirror <url>', "where Debian's packages come from")
    .action(async ({ tag, debianMirror }: Options) => {
      requireLinux();
      const { signal } = interruption;
      const startedAt = performance.now();
      const onStep = (step: string) => {
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
        printError(`${seconds} s  ${step}\n`);
      };
      const file = await buildNodeImage({
        mirror: debianMirror ?? null,
        signal,
        onToolProgress: toolProgressLine({ showCached: false }),
        onStep,
      });
      onStep(file.cached ? `${file.path} is in the cache` : `made ${file.path}`);
      const delivered = await deliverNodeImage(file, tag ?? null, signal);
      onStep(
        delivered.engine === null
          ? `no engine answers (${delivered.reason}): load it with docker load --input ${file.path}`
          : `${delivered.reference} is in the engine (${delivered.engine})`,
      );
      print(`${delivered.engine === null ? file.path : delivered.reference}\n`);
    });
  return kind;
}
