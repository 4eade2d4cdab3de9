import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readRecipe } from '../../../src/recipe/read-recipe.ts';
import { parseScenario } from '../../../src/scenario/parse-scenario.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const folders = globSync('scenarios/apps/*/scenario.yaml', { cwd: ROOT })
  .map((path) => dirname(path))
  .toSorted();

describe('the catalogue of servers', () => {
  it('has those that the Makefile measures, and a row of its README for each', async () => {
    const makefile = await readFile(join(ROOT, 'Makefile'), 'utf8');
    const servers = /^SERVERS \?= (.*)$/m.exec(makefile)?.[1]?.split(' ') ?? [];
    expect(servers.map((server) => `scenarios/apps/${server}`).toSorted()).toEqual(folders);
    const readme = await readFile(join(ROOT, 'scenarios/apps/README.md'), 'utf8');
    for (const server of servers) expect(readme).toContain(`](${server}/README.md)`);
  });

  it.each(folders)('has an image, a scenario that uses it, a Dockerfile and a page in %s', async (folder) => {
    const app =
      folder === 'scenarios/apps/http'
        ? { sample: 'http' }
        : {
            image: (await readRecipe(join(ROOT, folder))).image,
            imageArchive: 'image.tar',
            port: 8080,
          };
    const path = join(folder, 'scenario.yaml');
    const { metadata, spec } = parseScenario(await readFile(join(ROOT, path), 'utf8'), path);
    expect(`scenarios/apps/${metadata.name}`).toBe(folder);
    expect(spec.app).toMatchObject(app);
    expect(spec.strategies.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['default', 'sleep-2', 'best-sleep-2']),
    );
    expect(await readFile(join(ROOT, folder, 'Dockerfile'), 'utf8')).toContain('ENTRYPOINT');
    expect(await readFile(join(ROOT, folder, 'README.md'), 'utf8')).toContain('SIGTERM');
  });
});
