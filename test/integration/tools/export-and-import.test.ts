import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import { buildCatalog } from '../../../src/tools/build-tools.ts';
import { exportTools, type ExportedTools } from '../../../src/tools/export-tools.ts';
import { findCached } from '../../../src/tools/find-cached.ts';
import { importTools, type ImportOptions } from '../../../src/tools/import-tools.ts';
import { tinyCatalog, writeTinyTools } from './tiny-tools.ts';

let root = '';
const at = (name: string): string => join(root, name);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drainbench-export-'));
  await writeTinyTools(at('tools'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const withoutGo = (): Promise<never> =>
  Promise.reject(new DrainbenchError({ code: 'go-missing', message: 'no Go', fix: 'install it' }));

async function exported(file: string): Promise<ExportedTools> {
  await buildCatalog(tinyCatalog, at('tools'), { cacheDir: at('here') });
  const { tools } = await findCached(tinyCatalog, at('tools'), at('here'), true);
  return exportTools(file, tools, at('here'));
}

function imported(file: string, changes: Partial<ImportOptions> = {}): Promise<readonly string[]> {
  return importTools(file, {
    catalog: tinyCatalog,
    toolsDir: at('tools'),
    cacheDir: at('there'),
    ...changes,
  });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof DrainbenchError ? error.code : String(error);
  }
  return 'none';
}

describe('tools that are carried to another machine', () => {
  it.each(['tools.tar', 'tools.tar.gz'])('run there without Go, from %s', async (name) => {
    const { tools, sha256 } = await exported(at(name));
    expect(tools).toEqual(['tiny']);
    await expect(imported(at(name), { sha256 })).resolves.toEqual(['tiny']);
    const found = await findCached(tinyCatalog, at('tools'), at('there'), true, withoutGo);
    expect(found.go).toBeNull();
    const [tiny] = found.tools;
    if (tiny?.state.kind !== 'complete') throw new Error('not complete');
    const { stderr } = await execa(tiny.state.paths['hello'] ?? '', []);
    expect(stderr).toBe('hello v1.2.3');
    expect(await readdir(at('there'))).toEqual([tiny.recipe.entry, `${tiny.recipe.entry}.lock`]);
  });

  it('take the place of those that are there', async () => {
    await exported(at('tools.tar'));
    await imported(at('tools.tar'));
    await expect(imported(at('tools.tar'))).resolves.toEqual(['tiny']);
  });

  it('are still asked for where there is neither Go nor an import', async () => {
    await expect(codeOf(findCached(tinyCatalog, at('tools'), at('there'), true, withoutGo))).resolves.toBe(
      'go-missing',
    );
  });

  it('are not exported unless they are built', async () => {
    const { tools } = await findCached(tinyCatalog, at('tools'), at('here'), true);
    await expect(codeOf(exportTools(at('tools.tar'), tools, at('here')))).resolves.toBe('tools-not-built');
    await expect(readdir(root)).resolves.not.toContain('tools.tar');
  });

  it('are not imported from a file that is cut off, is another one, or is none', async () => {
    const { bytes, sha256 } = await exported(at('tools.tar'));
    await expect(codeOf(imported(at('tools.tar'), { sha256: '0'.repeat(64) }))).resolves.toBe(
      'archive-checksum-mismatch',
    );
    await truncate(at('tools.tar'), Math.floor(bytes / 2));
    await expect(codeOf(imported(at('tools.tar')))).resolves.toBe('archive-unreadable');
    await expect(codeOf(imported(at('tools.tar'), { sha256 }))).resolves.toBe('archive-checksum-mismatch');
    await writeFile(at('none.tar'), 'no archive at all');
    await expect(codeOf(imported(at('none.tar')))).resolves.toBe('archive-unreadable');
    await expect(codeOf(imported(at('missing.tar')))).resolves.toBe('archive-unreadable');
    await expect(readdir(at('there')).catch(() => [])).resolves.not.toContainEqual(
      expect.stringContaining('.tmp-'),
    );
  });

  it('are not imported where other sources are pinned', async () => {
    await exported(at('tools.tar'));
    await writeTinyTools(at('tools'));
    await expect(codeOf(imported(at('tools.tar')))).resolves.toBe('tools-of-another-version');
  });

  it('are not imported from an archive with members that do not belong there', async () => {
    await exported(at('tools.tar'));
    await writeFile(at('evil'), 'x');
    await execa('tar', ['--append', '-P', '-f', at('tools.tar'), '--transform', 's,.*,../evil,', at('evil')]);
    await expect(codeOf(imported(at('tools.tar')))).resolves.toBe('archive-unreadable');
    await expect(readFile(at('evil'), 'utf8')).resolves.toBe('x');
  });
});
