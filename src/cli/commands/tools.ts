import { Command } from 'commander';

import { BOX_TOOLS } from '../../cluster/embedded/provision.ts';
import { countOf } from '../../model/count-of.ts';
import { buildTools } from '../../tools/build-tools.ts';
import { catalog } from '../../tools/catalog.ts';
import { exportTools } from '../../tools/export-tools.ts';
import { findCached } from '../../tools/find-cached.ts';
import { importTools } from '../../tools/import-tools.ts';
import { parseToolNames } from '../../tools/parse-tool-names.ts';
import { pinnedSources, toolCache } from '../../tools/tool-folders.ts';
import type { ToolName } from '../../tools/tool-paths.ts';
import { interruption } from '../interruption.ts';
import { print } from '../print.ts';
import { toolProgressLine } from '../tool-progress-line.ts';

/** All that a run on the embedded cluster starts. */
const DEFAULT_EXPORT: readonly ToolName[] = [...BOX_TOOLS, 'k6'];

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
  tools
    .command('export')
    .description('write built tools into one archive, for a machine without compiler and network')
    .argument('<file>', 'where to; compressed where its name ends with gz')
    .argument('[name...]', 'which of them (default: what a cluster and its loads need)')
    .action(async (file: string, names: string[]) => {
      const wanted = names.length === 0 ? DEFAULT_EXPORT : parseToolNames(names);
      const chosen = Object.fromEntries(wanted.map((name) => [name, catalog[name]]));
      const found = await findCached(chosen, pinnedSources(), toolCache(), true);
      const { tools: exported, bytes, sha256 } = await exportTools(file, found.tools, toolCache());
      print(
        `${countOf(exported.length, 'tool')}, ${(bytes / 1e6).toFixed(0)} MB: ${file}\non the other machine: drainbench tools import ${file} --sha256 ${sha256}\n`,
      );
    });
  tools
    .command('import')
    .description('put the tools of such an archive into the cache; what is there is then not built')
    .argument('<file>', 'what tools export wrote, with this version of drainbench')
    .option('--sha256 <hash>', 'what the file must hash to, as tools export printed it')
    .action(async (file: string, { sha256 }: { sha256?: string }) => {
      const names = await importTools(file, {
        ...{ catalog, toolsDir: pinnedSources(), cacheDir: toolCache(), signal: interruption.signal },
        ...(sha256 === undefined ? {} : { sha256 }),
      });
      print(`${countOf(names.length, 'tool')}: ${names.join(', ')}\n`);
    });
  return tools;
}
