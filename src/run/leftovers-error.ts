import { readJournal } from '../history/journal-reader.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { journalLeftovers, unrestoredNodes } from './journal-leftovers.ts';
import { reasonOf } from './reason-of.ts';

/**
 * The error that names what a run could not remove: nothing stays on a cluster unnamed, and no run that left something
 * ends well. `null` where nothing stays.
 *
 * @param cleanUp the command that removes what is left.
 * @param cause why the run ended, or why it could not give everything back; `null`: nothing is known to have failed.
 */
export async function leftoversError(
  runPath: string,
  cleanUp: string,
  cause: unknown,
): Promise<DrainbenchError | null> {
  const { entries } = await readJournal(runPath);
  const objects = journalLeftovers(entries).map(
    ({ kind, namespace, name }) => `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`,
  );
  const nodes = unrestoredNodes(entries).map((node) => `Node ${node}, closed or tainted by the run`);
  const left = [...objects, ...nodes];
  if (left.length === 0) return null;
  const known = cause instanceof DrainbenchError ? cause : null;
  const why = cause === null ? '' : `${reasonOf(cause)}; `;
  const what = [
    ...(objects.length > 0 ? [countOf(objects.length, 'object')] : []),
    ...(nodes.length > 0 ? [countOf(nodes.length, 'changed node')] : []),
  ];
  return new DrainbenchError({
    code: known?.code ?? 'left-behind',
    message: `${why}${what.join(' and ')} of the run may still be on the cluster`,
    ...(known?.expected !== undefined && { expected: known.expected }),
    ...(known?.found !== undefined && { found: known.found }),
    ...(known?.command !== undefined && { command: known.command }),
    ...(known?.detail !== undefined && { detail: known.detail }),
    left,
    fix: `${known?.fix === undefined ? '' : `${known.fix}; then `}${cleanUp}`,
    ...(known !== null && { exitCode: known.exitCode }),
    ...(cause !== null && { cause }),
  });
}
