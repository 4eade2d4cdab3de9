import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { addPastRun, readPastFolder } from '../../../src/trend/past-folder.ts';
import { historyText } from '../../../src/trend/history-text.ts';
import { trendHtml } from '../../../src/trend/trend-html.ts';
import { nights, pastRun } from './past-runs.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'drainbench-past-')), 'history');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const fileOf = (night: number): string => join(folder, `${pastRun(night, [800]).runId}.json`);

describe('the history of many runs', () => {
  it('gives what was added, in the order of time, whatever the order of adding', async () => {
    for (const night of [2, 0, 1]) expect(await addPastRun(folder, pastRun(night, [800]))).toBe(true);
    const { runs, damaged, newer } = await readPastFolder(folder);
    expect(runs).toEqual([0, 1, 2].map((night) => pastRun(night, [800])));
    expect([damaged, newer]).toEqual([[], []]);
  });

  it('keeps a run once, however often it is added', async () => {
    await addPastRun(folder, pastRun(1, [800]));
    expect(await addPastRun(folder, pastRun(1, [700]))).toBe(false);
    expect((await readPastFolder(folder)).runs).toEqual([pastRun(1, [700])]);
  });

  it('loses nothing where two jobs write at once', async () => {
    const module = join(import.meta.dirname, '../../../src/trend/past-folder.ts');
    const helper = join(import.meta.dirname, 'past-runs.ts');
    const job = (first: number) =>
      execa(process.execPath, [
        '--input-type=module-typescript',
        '--eval',
        `import { addPastRun } from ${JSON.stringify(module)};
         import { pastRun } from ${JSON.stringify(helper)};
         for (let night = ${String(first)}; night < ${String(first + 40)}; night += 1)
           await addPastRun(${JSON.stringify(folder)}, pastRun(night, [800]));`,
      ]);
    // Nights 20 to 39 are written by both.
    await Promise.all([job(0), job(20)]);
    const { runs, damaged } = await readPastFolder(folder);
    expect(runs.map(({ runId }) => runId)).toEqual(
      Array.from({ length: 60 }, (_, night) => pastRun(night, []).runId),
    );
    expect(damaged).toEqual([]);
    expect((await readdir(folder)).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  it('says which file is cut in half, and uses all the others', async () => {
    for (const run of nights(3)) await addPastRun(folder, run);
    await truncate(fileOf(1), 120);
    await writeFile(join(folder, 'empty.json'), '');
    await writeFile(join(folder, 'other.json'), '{"schemaVersion":1,"runId":"../out"}');
    const read = await readPastFolder(folder);
    expect(read.runs.map(({ runId }) => runId)).toEqual([0, 2].map((night) => pastRun(night, []).runId));
    expect(read.damaged.map(({ why }) => why)).toEqual([
      'it is no JSON: cut in half, perhaps',
      'it is empty',
      'runId: the name of a run directory',
    ]);
    expect(historyText(read)).toContain(`not used: ${pastRun(1, []).runId}.json: it is no JSON`);
    expect(trendHtml(read)).toContain('it is no JSON');
    // Adding it again mends it.
    await addPastRun(folder, pastRun(1, [800]));
    expect((await readPastFolder(folder)).runs).toHaveLength(3);
  });

  it('leaves alone what a newer drainbench wrote, and says so', async () => {
    await addPastRun(folder, pastRun(0, [800]));
    const text = JSON.stringify({ ...pastRun(1, [800]), schemaVersion: 2, more: true });
    await writeFile(fileOf(1), text);
    const read = await readPastFolder(folder);
    expect(read.runs).toHaveLength(1);
    expect(read.newer).toEqual([`${pastRun(1, []).runId}.json`]);
    expect(historyText(read)).toContain('not used: 1 file of a newer drainbench (2026-01-02-night1.json)');
    await expect(addPastRun(folder, pastRun(1, [800]))).rejects.toMatchObject({ code: 'history-newer' });
    expect(await readFile(fileOf(1), 'utf8')).toBe(text);
  });

  it('is missing with the command that makes one', async () => {
    await expect(readPastFolder(folder)).rejects.toMatchObject({
      code: 'history-missing',
      exitCode: 64,
      fix: `drainbench history add reports/latest --history ${folder}`,
    });
  });

  it('of 1,000 runs is read, judged and shown in the time that is printed', async () => {
    await mkdir(folder, { recursive: true });
    for (const run of nights(1000, { cells: 12, shiftMs: -100, from: 700 }))
      await writeFile(join(folder, `${run.runId}.json`), `${JSON.stringify(run)}\n`);
    const startMs = performance.now();
    const read = await readPastFolder(folder);
    const readMs = performance.now();
    const text = historyText(read);
    const shownMs = performance.now();
    const page = trendHtml(read);
    console.info(
      `1,000 runs of 12 cells: read in ${(readMs - startMs).toFixed(0)} ms, text in ${(shownMs - readMs).toFixed(0)} ms, page of ${(page.length / 1024).toFixed(0)} KiB in ${(performance.now() - shownMs).toFixed(0)} ms`,
    );
    expect(read.runs).toHaveLength(1000);
    expect(text).toMatch(/changes of the margin\n(?:.*since .*night(?:69|70)\d .*\n){12,}/);
    expect(page.match(/<polyline/g)).toHaveLength(12);
    expect(page.match(/class="change"/g)?.length).toBeGreaterThanOrEqual(12);
  });
});
