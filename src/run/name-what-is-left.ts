import { readJournal } from '../history/journal-reader.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { leftBehind } from './left-behind.ts';

/**
 * The error that ends a run, with what the run could not remove: nothing stays on somebody's cluster unnamed. The same
 * error where nothing stays.
 */
export async function nameWhatIsLeft(
  error: unknown,
  runPath: string,
  context: string | undefined,
): Promise<unknown> {
  const { entries } = await readJournal(runPath);
  const left = leftBehind(entries);
  if (left.length === 0) return error;
  const runId = entries.find(({ type }) => type === 'run-started');
  const id = runId?.type === 'run-started' ? runId.runId : 'ID';
  const titles = left.map(
    ({ kind, namespace, name }) => `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`,
  );
  const why = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof DrainbenchError ? error : null;
  return new DrainbenchError({
    code: known?.code ?? 'left-behind',
    message: `${why.message}; ${left.length} objects of the run may still be on the cluster`,
    ...(known?.expected !== undefined && { expected: known.expected }),
    ...(known?.found !== undefined && { found: known.found }),
    ...(known?.command !== undefined && { command: known.command }),
    detail: [
      ...(known?.detail === undefined ? [] : [known.detail]),
      ...titles.map((title) => `left: ${title}`),
    ].join('\n'),
    fix: `${known?.fix === undefined ? '' : `${known.fix}; then `}drainbench clean --run ${id}${context === undefined ? '' : ` --context ${context}`}`,
    ...(known !== null && { exitCode: known.exitCode }),
    cause: error,
  });
}
