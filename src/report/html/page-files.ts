import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

const PAGE = new URL('../page/', import.meta.url);
/** Tests run the sources: there the script is TypeScript still. */
const IS_BUILT = import.meta.url.endsWith('.js');

/** The script that stands in every report. */
export function pageScript(): string {
  return IS_BUILT ? readPage('script.js') : stripTypeScriptTypes(readPage('script.ts'));
}

/** The styles of every page, the reports' and the history's. */
export function pageStyles(): string {
  return readPage('styles.css');
}

function readPage(name: string): string {
  return readFileSync(new URL(name, PAGE), 'utf8');
}
