import { readFileSync } from 'node:fs';

/** The version in package.json, which lies two folders above this file in src/ and in dist/ alike. */
export function packageVersion(): string {
  const path = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return version;
}
