import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** A file that people read. */
export interface Document {
  /** Relative to ROOT. */
  readonly file: string;
  readonly text: string;
}

/** A piece of code in a document: a line of a block, or a span within a sentence. */
export interface CodeFragment {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly isSpan: boolean;
}

const CODE_SPAN = /`([^`]+)`/g;

/** All Markdown files of the checkout. */
export async function markdownFiles(): Promise<readonly Document[]> {
  return read('*.md', 'docs/**/*.md', 'examples/**/*.md', 'scenarios/**/*.md', 'test/**/*.md', ...REPORTS);
}

/** The documents whose commands a user copies. */
export async function userDocuments(): Promise<readonly Document[]> {
  return read('README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'examples/**/*', 'reports/README.md');
}

/** Reports of runs lie beside these two; they are nobody's to mend. */
const REPORTS = ['reports/README.md', 'reports/example/**/*.md'];

async function read(...patterns: readonly string[]): Promise<readonly Document[]> {
  const documents = [];
  for await (const entry of glob(patterns, { cwd: ROOT, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    documents.push({ file: path.slice(ROOT.length + 1), text: await readFile(path, 'utf8') });
  }
  return documents.toSorted((a, b) => a.file.localeCompare(b.file));
}

/** Lines of code blocks and spans of code in a Markdown file; every line of any other file. */
export function codeIn({ file, text }: Document): readonly CodeFragment[] {
  const isMarkdown = file.endsWith('.md');
  let isFenced = false;
  return text.split('\n').flatMap((content, index) => {
    const line = { file, line: index + 1, text: content.trim(), isSpan: false };
    if (!isMarkdown) return [line];
    if (content.trimStart().startsWith('```')) {
      isFenced = !isFenced;
      return [];
    }
    if (isFenced || content.startsWith('    ')) return [line];
    return [...content.matchAll(CODE_SPAN)].map(([, span = '']) => ({ ...line, text: span, isSpan: true }));
  });
}
