import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { z } from 'zod';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { explainIssues, type Explained } from './explain-issues.ts';
import { locateNode } from '../model/locate-node.ts';
import { renderProblem, type SourceProblem } from './source-problem.ts';

/** What a file of ours holds. */
export interface DocumentKind<Value> {
  /** As messages call it, after “a”: `scenario`. */
  readonly noun: string;
  /** Of the error. */
  readonly code: string;
  readonly schema: z.ZodType<Value>;
  /** Further mistakes to look for in a value that the schema allows. */
  readonly check: (value: Value) => readonly Explained[];
}

/**
 * Parses YAML of ours, strictly: unknown keys, wrong values and broken YAML are all reported at once, each with
 * `file:line:column`, the line and a caret.
 *
 * @param file the name that messages carry.
 * @throws DrainbenchError with the kind's code (exit code 64).
 */
export function parseDocument<Value>(text: string, file: string, kind: DocumentKind<Value>): Value {
  const source = text.replace(/^\uFEFF/, '');
  const lines = new LineCounter();
  const documents = parseAllDocuments(source, { lineCounter: lines, merge: true, prettyErrors: false });
  const fail = (problems: readonly SourceProblem[]) => invalid(file, source, problems, kind);

  const syntax = [...documents].flatMap((document) => [...document.errors, ...document.warnings]);
  if (syntax.length > 0) {
    throw fail(
      syntax.map((error) => at(lines, error.pos[0], error.pos[1], sentence(error.code, error.message))),
    );
  }
  const [document, second] = documents;
  if (!document || Array.isArray(document) || document.contents === null) {
    const message = `the file is empty: ${withArticle(kind.noun)} is expected`;
    throw fail([{ line: 1, column: 1, length: 1, message }]);
  }
  if (second) {
    const start = second.range[0];
    const message = `a file holds one ${kind.noun}, found ${countOf(documents.length, 'document')}`;
    throw fail([at(lines, start, start + 1, message)]);
  }

  const place = placing(document, lines);
  const value = plainValue(document, fail);
  const parsed = kind.schema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw fail(explainIssues(kind.schema, value, parsed.error.issues).map(place));
  const mistakes = kind.check(parsed.data);
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

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

function invalid(
  file: string,
  source: string,
  problems: readonly SourceProblem[],
  { noun, code }: { readonly noun: string; readonly code: string },
): DrainbenchError {
  const sorted = problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
  const rendered = sorted.map((problem) => renderProblem(file, source, problem));
  const [first] = rendered;
  // A single mistake is the message itself; its source line is the evidence.
  const [message, ...evidence] =
    rendered.length === 1 && first !== undefined
      ? first.split('\n')
      : [`${file} is not a valid ${noun}: ${countOf(rendered.length, 'mistake')}`, ...rendered];
  return new DrainbenchError({
    code,
    message: message ?? file,
    ...(evidence.length > 0 && { detail: evidence.join('\n') }),
    exitCode: EXIT.usage,
  });
}
