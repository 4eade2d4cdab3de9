import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { scenarioSchema, type Scenario } from '../model/scenario.ts';
import { crossCheck } from './cross-check.ts';
import { explainIssues, type Explained } from './explain-issues.ts';
import { locateNode } from '../model/locate-node.ts';
import { renderProblem, type SourceProblem } from './source-problem.ts';

/**
 * Parses the text of a scenario, strictly: unknown keys, wrong values and broken YAML are all reported at once, each
 * with `file:line:column`, the line and a caret.
 *
 * @param file the name that messages carry.
 * @param check further mistakes to look for in a scenario that is valid in itself, e.g. files that do not exist.
 * @throws DrainbenchError `scenario-invalid` (exit code 64).
 */
export function parseScenario(
  text: string,
  file: string,
  check: (scenario: Scenario) => readonly Explained[] = () => [],
): Scenario {
  const source = text.replace(/^\uFEFF/, '');
  const lines = new LineCounter();
  const documents = parseAllDocuments(source, { lineCounter: lines, merge: true, prettyErrors: false });
  const fail = (problems: readonly SourceProblem[]) => invalid(file, source, problems);

  const syntax = [...documents].flatMap((document) => [...document.errors, ...document.warnings]);
  if (syntax.length > 0) {
    throw fail(
      syntax.map((error) => at(lines, error.pos[0], error.pos[1], sentence(error.code, error.message))),
    );
  }
  const [document, second] = documents;
  if (!document || Array.isArray(document) || document.contents === null) {
    throw fail([{ line: 1, column: 1, length: 1, message: 'the file is empty: a scenario is expected' }]);
  }
  if (second) {
    const start = second.range[0];
    throw fail([
      at(
        lines,
        start,
        start + 1,
        `a file holds one scenario, found ${countOf(documents.length, 'document')}`,
      ),
    ]);
  }

  const place = placing(document, lines);
  const value = plainValue(document, fail);
  const parsed = scenarioSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw fail(explainIssues(scenarioSchema, value, parsed.error.issues).map(place));
  const mistakes = [...crossCheck(parsed.data), ...check(parsed.data)];
  if (mistakes.length > 0) throw fail(mistakes.map(place));
  return parsed.data;
}

function plainValue(
  document: Document,
  fail: (problems: readonly SourceProblem[]) => DrainbenchError,
): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // An alias bomb ("Excessive alias count") is only found when the aliases are expanded.
    const message = error instanceof Error ? error.message : String(error);
    throw fail([{ line: 1, column: 1, length: 1, message }]);
  }
}

function placing(document: Document, lines: LineCounter): (mistake: Explained) => SourceProblem {
  return (mistake) => {
    const range = locateNode(document, mistake.path, mistake.at);
    return at(lines, range.start, range.end, mistake.message);
  };
}

function at(lines: LineCounter, start: number, end: number, message: string): SourceProblem {
  const { line, col } = lines.linePos(start);
  return { line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, end - start), message };
}

function sentence(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab cannot indent YAML: use spaces';
  if (code === 'DUPLICATE_KEY')
    return 'this key is here twice in one mapping: the keys of a mapping must be unique';
  return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function invalid(file: string, source: string, problems: readonly SourceProblem[]): DrainbenchError {
  const sorted = problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
  const rendered = sorted.map((problem) => renderProblem(file, source, problem));
  const [first] = rendered;
  // A single mistake is the message itself; its source line is the evidence.
  const [message, ...evidence] =
    rendered.length === 1 && first !== undefined
      ? first.split('\n')
      : [`${file} is not a valid scenario: ${countOf(rendered.length, 'mistake')}`, ...rendered];
  return new DrainbenchError({
    code: 'scenario-invalid',
    message: message ?? file,
    ...(evidence.length > 0 && { detail: evidence.join('\n') }),
    exitCode: EXIT.usage,
  });
}
