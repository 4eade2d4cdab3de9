import { stringify } from 'yaml';

import { commentLine } from '../model/terminal-text.ts';
import { mentionedObjects } from '../workload/mentioned-objects.ts';
import type { RunningWorkload } from '../workload/read-running.ts';

/**
 * The manifest of a workload that runs, as YAML. Its head says where it was read, and what its Pods need that is not in
 * it: the values of Secrets and ConfigMaps are nothing to copy out of a cluster unasked.
 */
export function runningManifest(
  { objects, notRead }: RunningWorkload,
  { context, namespace }: { readonly context: string; readonly namespace: string },
): string {
  const needed = objects.slice(0, 1).flatMap(mentionedObjects);
  const head = [
    `Written by \`drainbench init\`: read from namespace ${namespace} of context ${context}. Yours to change.`,
    'Variables have the values that they have there: look before you share it.',
    ...(needed.length === 0
      ? []
      : [`Its Pods need what is not in here; add it below, or they do not start: ${needed.join(', ')}.`]),
    ...notRead.map((what) => `Not read, so perhaps missing: ${what}.`),
  ];
  return [
    head.map(commentLine).join('\n'),
    objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n'),
  ].join('\n');
}
