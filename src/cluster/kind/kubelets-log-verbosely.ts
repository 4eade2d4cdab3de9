import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

import { KUBELET_VERBOSITY } from '../kubelet-verbosity.ts';
import type { KindNode } from './kind-nodes.ts';

/** Where kubeadm puts it; seen through a node's first process. */
const CONFIGURATION = '/var/lib/kubelet/config.yaml';

/**
 * Whether the kubelets of all nodes log what tells of hooks and probes, by their own configuration: half of the steps of
 * a Pod's end would look like an end without the others. To be asked of nodes that can be entered.
 */
export async function kubeletsLogVerbosely(nodes: readonly KindNode[]): Promise<boolean> {
  const tells = await Promise.all(
    nodes.map(async ({ pid }) => {
      const text = await readFile(`/proc/${pid}/root${CONFIGURATION}`, 'utf8').catch(() => '');
      return isVerbose((parse(text) as Configuration | null)?.logging ?? {});
    }),
  );
  return tells.length > 0 && tells.every(Boolean);
}

interface Configuration {
  readonly logging?: Logging;
}

interface Logging {
  readonly format?: string;
  readonly verbosity?: number;
  readonly vmodule?: readonly { readonly filePattern: string; readonly verbosity: number }[] | null;
}

function isVerbose({ format = 'text', verbosity = 0, vmodule }: Logging): boolean {
  const of = (file: string) => vmodule?.find(({ filePattern }) => filePattern === file)?.verbosity ?? 0;
  return (
    (format === 'text' || format === '') &&
    verbosity >= KUBELET_VERBOSITY.v &&
    Object.entries(KUBELET_VERBOSITY.vmodule).every(
      ([file, needed]) => Math.max(verbosity, of(file)) >= needed,
    )
  );
}
