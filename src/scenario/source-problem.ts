/** Something wrong at a place of a source file. Line and column count from 1; `length` is in characters. */
export interface SourceProblem {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly message: string;
}

/** Longer lines are cut around the place, so that the caret stays on the screen. */
const MAX_WIDTH = 100;

/**
 * Renders a problem as compilers do, so that editors and CI systems can jump to it:
 *
 *     scenario.yaml:4:3: unknown key `blokcs`; did you mean `blocks`?
 *       4 |   blokcs: 5
 *         |   ^^^^^^
 */
export function renderProblem(file: string, source: string, problem: SourceProblem): string {
  const head = `${file}:${problem.line}:${problem.column}: ${problem.message}`;
  const whole = source.split(/\r\n|\n|\r/)[problem.line - 1];
  if (whole === undefined || whole.trim() === '') return head;
  const from = whole.length <= MAX_WIDTH ? 0 : Math.max(0, problem.column - 1 - MAX_WIDTH / 2);
  const shown = whole.slice(from, from + MAX_WIDTH);
  const before = shown.slice(0, problem.column - 1 - from);
  const carets = '^'.repeat(Math.max(1, Math.min(problem.length, shown.length - before.length)));
  const gutter = String(problem.line).padStart(3);
  // A tab under a tab keeps the caret in place at every tab width.
  const padding = before.replaceAll(/[^\t]/g, ' ');
  return `${head}\n${gutter} | ${shown}\n${' '.repeat(gutter.length)} | ${padding}${carets}`;
}
