import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../../src/analyze/analyze-run.ts';
import type { RunResult } from '../../../src/analyze/run-result.ts';
import { terminalTable } from '../../../src/report/terminal-table.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';
import { writeSyntheticRun } from '../analyze/write-synthetic-run.ts';
import { artifactTexts } from './artifact-texts.ts';

const RUN = join(import.meta.dirname, '../../fixtures/runs/synthetic-small');
const EXPECTED = join(RUN, '../expected/synthetic-small');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-golden-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the golden run', () => {
  it.each([
    'trials.csv',
    'strategies.csv',
    'margins.csv',
    'budgets.csv',
    'failures.csv',
    'milestones.csv',
    'junit.xml',
    'summary.md',
  ])('gives the %s that was looked at and found right', async (path) => {
    const artifact = artifactTexts(await analyzeRun(RUN)).find((each) => each.path === path);
    await expect(artifact?.content).toMatchFileSnapshot(join(EXPECTED, path));
  });

  it('gives the terminal table that was looked at and found right', async () => {
    const text = terminalTable(await analyzeRun(RUN), { colour: false });
    await expect(text).toMatchFileSnapshot(join(EXPECTED, 'terminal.txt'));
  });

  it('gives the same bytes from a copy in another place, at another time', async () => {
    const copy = join(folder, 'elsewhere', 'renamed');
    await cp(RUN, copy, { recursive: true });
    expect(artifactTexts(await analyzeRun(copy))).toEqual(artifactTexts(await analyzeRun(RUN)));
  });

  it('gives the same from ledgers of the first version, which end earlier', async () => {
    const copy = join(folder, 'first-version');
    await cp(RUN, copy, { recursive: true });
    for (const file of await readdir(copy, { recursive: true })) {
      if (!/requests-.*\.csv$/.test(file)) continue;
      const rows = (await readFile(join(copy, file), 'utf8')).trimEnd().split('\n');
      const first = rows.map((row) => row.split(',').slice(0, 20).join(','));
      await writeFile(join(copy, file), `${first.join('\n')}\n`);
    }
    const [old, now] = [await analyzeRun(copy), await analyzeRun(RUN)];
    // It is told of each failed request, and of nothing else.
    const texts = (result: RunResult) => artifactTexts(result).filter(({ path }) => path !== 'failures.csv');
    expect(texts(old)).toEqual(texts(now));
  });

  it('is what its generator writes', async () => {
    const path = join(folder, 'fresh');
    await writeSyntheticRun(path, smallSyntheticRun());
    expect(artifactTexts(await analyzeRun(path))).toEqual(artifactTexts(await analyzeRun(RUN)));
    const ledger = join(smallSyntheticRun().trials[0]?.directory ?? '', 'requests-fresh.csv');
    expect(await readFile(join(path, ledger), 'utf8')).toBe(await readFile(join(RUN, ledger), 'utf8'));
  });
});
