import { commentLine } from '../model/terminal-text.ts';
import type { Preflight } from '../run/preflight.ts';
import { renderError } from './render-error.ts';

/** What `run --dry-run` says of an existing cluster, as comments below the plan. */
export function showPreflight({ seen, refusals }: Preflight): string {
  const told = refusals.flatMap((error) => [
    'a run would be refused:',
    ...renderError(error).text.trimEnd().split('\n'),
  ]);
  const lines = [
    ...seen,
    ...(told.length > 0 ? told : ['nothing that can be asked beforehand would keep a run from beginning']),
  ];
  return `${lines.map(commentLine).join('\n')}\n`;
}
