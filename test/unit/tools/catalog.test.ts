import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corednsReference } from '../../../src/image/coredns-image.ts';
import { pauseReference } from '../../../src/image/pause-image.ts';
import { catalog } from '../../../src/tools/catalog.ts';
import { readGoPin } from '../../../src/tools/read-go-pin.ts';
import type { GoTool } from '../../../src/tools/tool-spec.ts';

const toolsDir = join(import.meta.dirname, '../../../tools');
const goTools = Object.entries(catalog).filter(
  (tool): tool is [string, GoTool & (typeof tool)[1]] => tool[1].kind === 'go',
);
const pinnedTools = goTools.filter(([, tool]) => tool.own === undefined);
const readGoMod = async (tool: GoTool): Promise<string> =>
  await readFile(join(toolsDir, tool.moduleDir, 'go.mod'), 'utf8');

describe('the catalog', () => {
  it.each(pinnedTools)('pins %s and names each of its packages as a tool in go.mod', async (_, tool) => {
    const goMod = await readGoMod(tool);
    expect(readGoPin(goMod, tool.module).version).toMatch(/^v\d+\.\d+\.\d+$/);
    for (const path of Object.values<string>(tool.binaries))
      expect(goMod).toMatch(new RegExp(`^(tool |\\t)${path}$`, 'm'));
  });

  it.each(pinnedTools)('has a go.sum for %s', async (_, tool) => {
    expect(await readFile(join(toolsDir, tool.moduleDir, 'go.sum'), 'utf8')).toContain(`${tool.module} v`);
  });

  it.each(goTools)('names the binaries of %s as `go build` does where there are several', (_, tool) => {
    const binaries = Object.entries<string>(tool.binaries);
    if (binaries.length > 1)
      expect(binaries.map(([name]) => name)).toEqual(binaries.map(([, path]) => basename(path)));
  });

  it('names every source file of a tool of our own, so that a change in any gives a new cache entry', async () => {
    for (const [, tool] of goTools) {
      if (tool.own === undefined) continue;
      const folder = await readdir(join(toolsDir, tool.moduleDir));
      expect(folder.filter((file) => file.endsWith('.go') && !file.endsWith('_test.go'))).toEqual([
        ...tool.own.files,
      ]);
    }
  });

  it('gives no binary name to two tools', () => {
    const names = Object.values(catalog).flatMap(({ binaries }) => Object.keys(binaries));
    expect(new Set(names).size).toBe(names.length);
  });

  it('stamps the version that Kubernetes reports and the one in its User-Agent', () => {
    const stamps = catalog.kubernetes.stamp('v1.37.1');
    for (const pkg of ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']) {
      expect(stamps).toMatchObject({
        [`${pkg}.gitVersion`]: 'v1.37.1',
        [`${pkg}.gitMajor`]: '1',
        [`${pkg}.gitMinor`]: '37',
        [`${pkg}.gitTreeState`]: 'clean',
      });
    }
  });

  it('agrees with the tags of the images made from its binaries', async () => {
    const { version } = readGoPin(await readGoMod(catalog.coredns), catalog.coredns.module);
    expect(corednsReference).toBe(`registry.k8s.io/coredns/coredns:${version}`);
    expect(pauseReference).toBe(`registry.k8s.io/pause:${catalog.pause.version.slice(1)}`);
  });
});
