import { Command } from 'commander';

import { buildTools } from '../../tools/build-tools.ts';
import { parseToolNames } from '../../tools/parse-tool-names.ts';
import { interruption } from '../interruption.ts';
import { toolProgressLine } from '../tool-progress-line.ts';

export function toolsCommand(): Command {
  const tools = new Command('tools').description(
    'the programs that drainbench builds for itself, pinned and cached',
  );
  tools
    .command('build')
    .description('build what is asked for (default: all) and not cached')
    .argument(
      '[name...]',
      'kubernetes, etcd, containerd, runc, cni, coredns, pause, k6, kind, kubeadm, crictl, kindnet',
    )
    .option('--verify', 'hash every cached binary instead of trusting its size and time')
    .action(async (names: string[], options: { verify?: true }) => {
      await buildTools({
        ...(names.length === 0 ? {} : { names: parseToolNames(names) }),
        verify: options.verify === true,
        signal: interruption.signal,
        onProgress: toolProgressLine({ showCached: true }),
      });
    });
  return tools;
}
