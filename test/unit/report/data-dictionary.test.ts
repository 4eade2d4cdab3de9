import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { REQUEST_LEDGER_COLUMNS } from '../../../src/history/request-ledger-columns.ts';
import { MILESTONE_NAMES } from '../../../src/model/milestone.ts';
import { OUTCOMES } from '../../../src/model/request-record.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';
import { artifactTexts } from './artifact-texts.ts';

it('the data dictionary names every column that a run writes, every outcome and every milestone', async () => {
  const readme = await readFile(join(import.meta.dirname, '../../../reports/README.md'), 'utf8');
  const words = new Set(readme.match(/[A-Za-z0-9][A-Za-z0-9-]*/g));
  const artifacts = artifactTexts(await analyzeSynthetic(smallSyntheticRun()));
  const columns = artifacts
    .filter(({ path }) => path.endsWith('.csv'))
    .flatMap(({ content }) => content.slice(0, content.indexOf('\n')).split(','));
  const names = [...columns, ...REQUEST_LEDGER_COLUMNS, ...OUTCOMES, ...MILESTONE_NAMES];
  expect(names.filter((name) => !words.has(name))).toEqual([]);
  for (const { path } of artifacts) expect(readme).toContain(path);
});
