import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';
import { artifactTexts } from './artifact-texts.ts';

const EXAMPLE = join(import.meta.dirname, '../../../reports/example');

it('the example report has the very columns that a run writes', async () => {
  const tables = artifactTexts(await analyzeSynthetic(smallSyntheticRun())).filter(({ path }) =>
    path.endsWith('.csv'),
  );
  const header = (text: string) => text.slice(0, text.indexOf('\n'));
  for (const { path, content } of tables)
    expect(header(await readFile(join(EXAMPLE, path), 'utf8')), path).toBe(header(content));
});
