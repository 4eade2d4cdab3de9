import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { renderError } from '../../../src/cli/render-error.ts';
import { recipeName } from '../../../src/recipe/image-recipe.ts';
import { readRecipe } from '../../../src/recipe/read-recipe.ts';
import { EXIT } from '../../../src/model/exit-code.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-recipe-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const write = (text: string, name = 'image.yaml'): void => {
  writeFileSync(join(folder, name), text);
};

describe('an image.yaml', () => {
  it('is read with every default filled in', async () => {
    write('image: local/web:1\ngo: { output: /server }\nentrypoint: [/server]\n');
    write('module web', 'go.mod');
    const recipe = await readRecipe(folder);
    expect(recipe).toEqual({
      image: 'local/web:1',
      go: { output: '/server' },
      files: {},
      entrypoint: ['/server'],
      env: {},
      user: '65532:65532',
    });
    expect(recipeName(recipe)).toBe('web');
  });

  it('has all its mistakes reported at once, each with its place', async () => {
    write(
      [
        'image: web',
        'debain: { packages: [nginx] }',
        'files: { nginx.conf: etc/nginx.conf, ../secret: /secret }',
        'entrypoint: []',
        'stopSignal: QUIT',
      ].join('\n'),
    );
    await expect(readRecipe(folder)).rejects.toMatchObject({
      code: 'image-recipe-invalid',
      exitCode: EXIT.usage,
      message: expect.stringContaining('is not a valid image recipe: 6 mistakes') as string,
      detail: expect.stringMatching(
        /image\.yaml:1:8: `image`: expected a full name with tag[^]*image\.yaml:2:1: unknown key `debain`; did you mean `debian`\?[^]*image\.yaml:3:22: [^]*image\.yaml:3:38: [^]*image\.yaml:4:1: [^]*image\.yaml:5:13: /,
      ) as string,
    });
  });

  it.each([
    ['files: { nothing.conf: /a }', 'there is no '],
    ['python: { version: "3.11", into: /app }', 'there is no '],
    ['go: { output: /server }', 'go.mod'],
    ['env: { A: b }', 'nothing goes into this image'],
  ])('is refused where it names what is not there: %s', async (line, why) => {
    write(`image: local/web:1\n${line}\nentrypoint: [/server]\n`);
    const error: unknown = await readRecipe(folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'image-recipe-invalid' });
    expect(renderError(error).text).toContain(why);
  });

  it('is asked for where a folder has none', async () => {
    await expect(readRecipe(folder)).rejects.toMatchObject({
      code: 'image-recipe-missing',
      exitCode: EXIT.usage,
    });
  });
});
