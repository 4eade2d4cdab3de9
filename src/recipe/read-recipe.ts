import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Explained } from '../scenario/explain-issues.ts';
import { parseDocument } from '../scenario/parse-document.ts';
import { imageRecipeSchema, type ImageRecipe } from './image-recipe.ts';

/** The name of the file in a folder that says how its image is assembled. */
export const RECIPE_FILE = 'image.yaml';

/**
 * Reads the image.yaml of a folder. That the files exist which it takes from the folder is checked, too.
 *
 * @throws DrainbenchError `image-recipe-missing`, `image-recipe-invalid`: exit code 64.
 */
export async function readRecipe(folder: string): Promise<ImageRecipe> {
  const path = join(folder, RECIPE_FILE);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new DrainbenchError({
      code: 'image-recipe-missing',
      message: `there is no ${path}`,
      expected: 'a folder with an image.yaml, which says what goes into its image',
      found: cause instanceof Error ? cause.message : String(cause),
      fix: 'ls scenarios/apps/*/image.yaml shows some; scenarios/apps/README.md says how to write one',
      exitCode: EXIT.usage,
      cause,
    });
  });
  return parseDocument(text, path, {
    noun: 'image recipe',
    code: 'image-recipe-invalid',
    schema: imageRecipeSchema,
    check: (recipe) => [...missingFiles(recipe, folder), ...oddities(recipe)],
  });
}

function missingFiles({ files, go, python }: ImageRecipe, folder: string): readonly Explained[] {
  const needed = [
    ...Object.keys(files).map((name) => ({ name, path: ['files', name], at: 'key' as const })),
    ...(go === undefined ? [] : [{ name: 'go.mod', path: ['go'], at: 'key' as const }]),
    ...(python === undefined
      ? []
      : [{ name: python.requirements, path: ['python', 'requirements'], at: 'value' as const }]),
  ];
  return needed
    .filter(({ name }) => statSync(join(folder, name), { throwIfNoEntry: false }) === undefined)
    .map(({ name, path, at }) => ({ path, at, message: `there is no ${join(folder, name)}` }));
}

function oddities({ debian, go, python, files }: ImageRecipe): readonly Explained[] {
  const mistakes: Explained[] = [];
  if (python?.version !== undefined && debian === undefined) {
    mistakes.push({
      path: ['python'],
      at: 'key',
      message: `\`python\` brings no interpreter: name python${python.version}-minimal in \`debian.packages\``,
    });
  }
  if (debian === undefined && go === undefined && python === undefined && Object.keys(files).length === 0) {
    mistakes.push({
      path: [],
      at: 'key',
      message: 'nothing goes into this image: name `debian`, `go`, `python` or `files`',
    });
  }
  return mistakes;
}
