import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { moduleLayer } from '../../../src/image/module-layer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-modules-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function files(texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function paths(...entries: string[]): Promise<string[]> {
  const layer = await moduleLayer({
    packageDir: folder,
    entries: entries.map((entry) => join(folder, entry)),
    root: '/x',
  });
  return layer.map(({ path }) => path).sort();
}

describe('the layer of a program’s modules', () => {
  it('holds what the program loads, however its imports are quoted, and nothing else', async () => {
    await files({
      'dist/main.js': `import { a } from './a/a.js';\nexport { b } from "./b.js";\nimport './c.js';\nimport fs from 'node:fs';`,
      'dist/a/a.js': `import type { T } from '../types.js';\nimport {\n  b,\n} from "../b.js";\nimport os from 'os';`,
      'dist/b.js': 'export const b = 1;',
      'dist/c.js': '',
      'dist/types.js': '',
      'dist/unused.js': '',
    });
    expect(await paths('dist/main.js')).toEqual([
      '/x/dist/a/a.js',
      '/x/dist/b.js',
      '/x/dist/c.js',
      '/x/dist/main.js',
      '/x/package.json',
    ]);
  });

  it('brings packages with what they depend on, each where it is found', async () => {
    await files({
      'main.js': `import one from '@s/one/deep.js';\nconst two = require('two');`,
      'node_modules/@s/one/package.json': '{"dependencies":{"two":"*","three":"*"}}',
      'node_modules/@s/one/deep.js': '',
      'node_modules/@s/one/README.md': '',
      'node_modules/@s/one/node_modules/two/package.json': '{}',
      'node_modules/two/package.json': '{}',
      'node_modules/two/index.js': '',
      'node_modules/three/package.json': '{}',
      'node_modules/four/package.json': '{}',
    });
    expect(await paths('main.js')).toEqual([
      '/x/main.js',
      '/x/node_modules/@s/one/deep.js',
      '/x/node_modules/@s/one/node_modules/two/package.json',
      '/x/node_modules/@s/one/package.json',
      '/x/node_modules/three/package.json',
      '/x/node_modules/two/index.js',
      '/x/node_modules/two/package.json',
      '/x/package.json',
    ]);
  });

  it('names the package that is not installed', async () => {
    await files({ 'main.js': `import x from 'nowhere';` });
    await expect(paths('main.js')).rejects.toThrow(/package nowhere/);
  });
});
