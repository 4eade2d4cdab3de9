import { describe, expect, it, beforeEach, afterEach } from 'vitest';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoToolchain } from '../../../src/tools/find-go.ts';
import { readToolRecipe } from '../../../src/tools/tool-recipe.ts';
import type { CTool, GoTool } from '../../../src/tools/tool-spec.ts';

const go: GoToolchain = {
  command: 'go',
  version: 'go1.26.8',
  hostOs: 'linux',
  hostArch: 'amd64',
  variant: 'v1',
  canSwitch: false,
};
const tool: GoTool = {
  kind: 'go',
  moduleDir: 'x',
  module: 'example.test/x',
  binaries: { x: 'example.test/x' },
  cgo: false,
  tags: [],
  stamp: (version) => ({ 'main.version': version }),
  needs: [],
  compileMs: 1,
  linkMs: 1,
};
const pause: CTool = {
  kind: 'c',
  version: 'v1',
  binaries: { p: 'p.c' },
  flags: ['-Os'],
  needs: [],
  compileMs: 1,
  linkMs: 1,
};

let toolsDir = '';
const writeSources = async (
  goMod = 'go 1.26.0\nrequire example.test/x v1.2.3\n',
  goSum = 'sum\n',
  c = 'int main;',
): Promise<void> => {
  await mkdir(join(toolsDir, 'x'), { recursive: true });
  await writeFile(join(toolsDir, 'x', 'go.mod'), goMod);
  await writeFile(join(toolsDir, 'x', 'go.sum'), goSum);
  await writeFile(join(toolsDir, 'p.c'), c);
};
const entry = async (spec: GoTool | CTool = tool, toolchain = go): Promise<string> =>
  (await readToolRecipe('x', spec, toolsDir, toolchain)).entry;

beforeEach(async () => {
  toolsDir = await mkdtemp(join(tmpdir(), 'drainbench-recipe-'));
  await writeSources();
});
afterEach(async () => await rm(toolsDir, { recursive: true }));

describe('the cache key', () => {
  it('names the tool, its pinned version and a hash', async () => {
    expect(await entry()).toMatch(/^x-v1\.2\.3-[0-9a-f]{16}$/);
    expect(await entry()).toBe(await entry());
  });

  it.each<[string, Partial<GoTool>]>([
    ['cgo', { cgo: true }],
    ['a build tag', { tags: ['seccomp'] }],
    ['a linker stamp', { stamp: () => ({ 'main.version': 'other' }) }],
    ['the set of binaries', { binaries: { x: 'example.test/x', y: 'example.test/y' } }],
  ])('changes with %s', async (_, change) => {
    expect(await entry({ ...tool, ...change })).not.toBe(await entry());
  });

  it.each<[string, Partial<GoToolchain>]>([
    ['the version of Go', { version: 'go1.26.9' }],
    ['the operating system', { hostOs: 'darwin' }],
    ['the architecture', { hostArch: 'arm64' }],
    ['its variant', { variant: 'v3' }],
  ])('changes with %s', async (_, change) => {
    expect(await entry(tool, { ...go, ...change })).not.toBe(await entry());
  });

  it('changes with go.mod and with go.sum', async () => {
    const before = await entry();
    await writeSources(undefined, 'another sum\n');
    const withOtherSum = await entry();
    await writeSources('go 1.26.0\nrequire example.test/x v1.2.3\n// changed\n');
    expect(new Set([before, withOtherSum, await entry()]).size).toBe(3);
  });

  it('of a C tool changes with its source and flags, and not with Go', async () => {
    const before = await entry(pause);
    expect(await entry(pause, { ...go, version: 'go1.99' })).toBe(before);
    expect(await entry({ ...pause, flags: ['-O2'] })).not.toBe(before);
    await writeSources(undefined, undefined, 'int main(void);');
    expect(await entry(pause)).not.toBe(before);
  });

  it('does not change with rough build times', async () => {
    expect(await entry({ ...tool, compileMs: 99 })).toBe(await entry());
  });
});

describe('a Go that is too old', () => {
  it('is refused where it may not fetch a newer one', async () => {
    await expect(entry(tool, { ...go, version: 'go1.25.3' })).rejects.toMatchObject({
      code: 'go-too-old',
      expected: 'Go 1.26.0 or newer',
      found: 'go1.25.3 (go)',
    });
  });

  it('is left to fetch what it needs where it may', async () => {
    await expect(entry(tool, { ...go, version: 'go1.25.3', canSwitch: true })).resolves.toContain('x-v1.2.3');
  });
});
