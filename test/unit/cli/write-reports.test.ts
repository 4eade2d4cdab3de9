import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeReports } from '../../../src/cli/write-reports.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';
import { writeSyntheticRun } from '../analyze/write-synthetic-run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-reports-'));
  await writeSyntheticRun(folder, smallSyntheticRun());
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** What is printed, as on a terminal that is none. */
function screen() {
  const printed: string[] = [];
  return { printed, out: { isTTY: false, print: (text: string) => void printed.push(text) } };
}

test('an artefact that cannot be written leaves out none of the others, and is named in the end', async () => {
  await mkdir(join(folder, 'failures.csv', 'in-the-way'), { recursive: true });
  const { printed, out } = screen();
  await expect(writeReports(folder, out)).rejects.toMatchObject({
    code: 'report-incomplete',
    message: 'not all of the report could be written: failures.csv',
    fix: expect.stringContaining(`drainbench report ${folder}`) as string,
    exitCode: 69,
  });
  expect(await readdir(folder)).toEqual(
    expect.arrayContaining(['trials.csv', 'strategies.csv', 'junit.xml', 'summary.md', 'report.html']),
  );
  expect(printed.join('')).toContain('strategy');
});

test('a run of which only some trials are there is reported as far as it goes', async () => {
  const gone = smallSyntheticRun().trials.find(({ record }) => record.trial.role === 'comparison');
  await rm(join(folder, gone?.directory ?? ''), { recursive: true });
  const { out } = screen();
  await expect(writeReports(folder, out)).resolves.toBe('void');
  expect(await readdir(folder)).toContain('report.html');
});
