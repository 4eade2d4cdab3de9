import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { parse } from 'yaml';

import type { Check } from '../check.ts';

export const kubeconfigCheck: Check = {
  id: 'kubeconfig',
  title: 'kubeconfig',
  drivers: ['existing'],
  expected: 'a readable file, KUBECONFIG or ~/.kube/config, with at least one context',
  weight: 'required',
  run({ env }) {
    const variable = env['KUBECONFIG'] ?? '';
    const listed = variable.split(':').filter((file) => file !== '');
    const files = listed.length > 0 ? listed : [join(env['HOME'] ?? homedir(), '.kube/config')];
    const problems: string[] = [];
    const contexts: string[] = [];
    for (const file of files) {
      try {
        contexts.push(...contextNames(readFileSync(file, 'utf8')));
      } catch (error) {
        problems.push(
          `${file}: ${(error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''}`,
        );
      }
    }
    if (contexts.length > 0) {
      const found = `contexts ${[...new Set(contexts)].join(', ')}`;
      return { status: problems.length > 0 ? 'warn' : 'ok', found: [found, ...problems].join('; ') };
    }
    const found = problems.length > 0 ? problems.join('; ') : `no context in ${files.join(', ')}`;
    const command = 'export KUBECONFIG=/path/to/kubeconfig';
    return { status: 'fail', found, fix: { command, automatic: false } };
  },
};

/** Names under `contexts:` of a kubeconfig; throws on text that is no YAML. */
export function contextNames(text: string): string[] {
  const config = parse(text) as { contexts?: { name?: unknown }[] | null } | null;
  return (config?.contexts ?? []).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}
