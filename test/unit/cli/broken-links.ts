import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ROOT, type Document } from './documents.ts';

const LINK = /\]\(([^()\s]+)\)/g;
const FENCED = /^ *```[^]*?^ *```/gm;

/** Relative links of a Markdown file that lead to no file, or to no heading of it; each as `line: target`. */
export async function brokenLinks({ file, text }: Document): Promise<readonly string[]> {
  const broken = [];
  for (const [index, line] of withoutCode(text).split('\n').entries()) {
    for (const [, target = ''] of line.matchAll(LINK)) {
      if (!/^[a-z]+:/.test(target) && !(await isThere(file, text, target)))
        broken.push(`${file}:${index + 1}: ${target}`);
    }
  }
  return broken;
}

async function isThere(file: string, text: string, target: string): Promise<boolean> {
  const [path = '', anchor] = target.split('#');
  if (path === '') return anchor === undefined || anchorsOf(text).has(anchor);
  const found = join(ROOT, dirname(file), path);
  if (!existsSync(found)) return false;
  return anchor === undefined || anchorsOf(await readFile(found, 'utf8')).has(anchor);
}

/** As GitHub makes them of headings: lower case, no punctuation, dashes for spaces, a number behind what is there already. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replaceAll(FENCED, '').matchAll(/^#{1,6} +(.+)$/gm)) {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/&lt;|&gt;|&amp;/g, '')
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let free = anchor;
    for (let again = 1; anchors.has(free); again += 1) free = `${anchor}-${again}`;
    anchors.add(free);
  }
  return anchors;
}

/** Blank lines stay, so that lines keep their numbers. */
function withoutCode(text: string): string {
  return text.replaceAll(FENCED, (block) => block.replaceAll(/[^\n]/g, '')).replaceAll(/`[^`\n]*`/g, '');
}
