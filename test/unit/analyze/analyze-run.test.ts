import { appendFile, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../../src/analyze/analyze-run.ts';
import type { AnalyzedTrial } from '../../../src/analyze/run-result.ts';
import { smallSyntheticRun } from './small-synthetic-run.ts';
import { writeSyntheticRun } from './write-synthetic-run.ts';

let folder: string;
let trialPath: string;
const run = smallSyntheticRun();
const target = run.trials.find(({ record }) => record.trial.role === 'comparison');
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-analyze-'));
  await writeSyntheticRun(folder, run);
  trialPath = join(folder, target?.directory ?? '');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function damaged(): Promise<AnalyzedTrial | undefined> {
  const result = await analyzeRun(folder);
  return result.trials.find(({ directory }) => directory === target?.directory);
}

const codesOf = (trial: AnalyzedTrial | undefined): readonly string[] =>
  trial?.findings.map(({ code }) => code) ?? [];

describe('a run directory in which something is damaged', () => {
  it('is read whole when nothing is', async () => {
    const result = await analyzeRun(folder);
    expect(result.trials).toHaveLength(8);
    expect(result.trials.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it('makes a trial void whose ledger was never closed', async () => {
    const ledger = join(trialPath, 'requests-fresh.csv');
    await rename(ledger, `${ledger}.partial`);
    await truncate(`${ledger}.partial`, (await readFile(`${ledger}.partial`)).length - 10);
    expect(codesOf(await damaged())).toContain('ledger-partial');
    expect((await damaged())?.verdict).toBe('void');
  });

  it('makes a trial void whose ledger is missing or unreadable, and names the file without its place', async () => {
    await appendFile(join(trialPath, 'requests-fresh.csv'), 'not,a,record\n');
    const broken = await damaged();
    expect(codesOf(broken)).toContain('ledger-unreadable');
    expect(JSON.stringify(broken?.findings)).not.toContain(folder);
    await rm(join(trialPath, 'requests-fresh.csv'));
    expect(codesOf(await damaged())).toContain('ledger-missing');
  });

  it('makes a trial void whose events are cut or not there', async () => {
    const events = join(trialPath, 'events.ndjson');
    await truncate(events, (await readFile(events)).length - 5);
    expect(codesOf(await damaged())).toContain('events-damaged');
    await rename(events, `${events}.partial`);
    expect(codesOf(await damaged())).toContain('events-partial');
    await rm(`${events}.partial`);
    expect(codesOf(await damaged())).toContain('events-missing');
  });

  it('is void where a finished run has a trial whose trial.json cannot be used, and says so', async () => {
    await writeFile(join(trialPath, 'trial.json'), '{');
    const result = await analyzeRun(folder);
    expect(result.trials).toHaveLength(7);
    expect(result.findings.map(({ code }) => code)).toEqual(['trials-missing', 'trial-unreadable']);
    expect(result.cells.filter(({ voidTrials }) => voidTrials > 0).map(({ strategy }) => strategy)).toEqual(
      result.manifest.scenario.spec.loads.map(() => target?.record.trial.strategy.name),
    );
    expect(result.verdict).toBe('void');
    expect(result.headline).toContain('or are missing');
  });

  it('is void where a negative control is missing', async () => {
    const control = run.trials.find(({ record }) => record.trial.role === 'negative-control');
    await rm(join(folder, control?.directory ?? ''), { recursive: true });
    const result = await analyzeRun(folder);
    expect(result.verdict).toBe('void');
    expect(result.findings[0]?.message).toBe(
      '1 of 2 negative controls could not be measured (missing: trial 2).',
    );
    expect(result.controls.find(({ role }) => role === 'negative-control')?.voidTrials).toBe(1);
  });

  it('says in a sentence, and by no code, why a negative control is void', async () => {
    const control = run.trials.find(({ record }) => record.trial.role === 'negative-control');
    await rm(join(folder, control?.directory ?? '', 'events.ndjson'));
    const message = (await analyzeRun(folder)).findings[0]?.message;
    expect(message).toMatch(
      /^1 of 2 negative controls could not be measured \(trial \d+\)\. Trial \d+: [A-Z].*\.$/,
    );
    expect(message).not.toContain('events-missing');
  });

  it('tells of events that a newer version wrote', async () => {
    await appendFile(
      join(trialPath, 'events.ndjson'),
      '{"id":999,"atNs":1,"uncertaintyNs":0,"source":"kernel-trace","type":"tcp-reset"}\n',
    );
    const trial = await damaged();
    expect(trial?.verdict).not.toBe('void');
    expect(trial?.findings[0]?.message).toContain('(tcp-reset)');
  });

  it('makes void the one trial whose analysis fails, names the part that did, and analyses the others', async () => {
    const before = await analyzeRun(folder);
    const shapeless =
      '{"id":998,"atNs":1,"uncertaintyNs":0,"source":"api-watch","type":"object","kind":"Pod"}';
    await appendFile(join(trialPath, 'events.ndjson'), `${shapeless}\n`);
    const result = await analyzeRun(folder);
    const broken = result.trials.find(({ directory }) => directory === target?.directory);
    expect(broken?.verdict).toBe('void');
    // Judgement by judgement: what can be judged all the same is.
    expect(new Set(codesOf(broken))).toEqual(new Set(['judgement-error']));
    expect(broken?.findings[0]?.message).toMatch(/“[a-z -]+”.*undefined/);
    expect(JSON.stringify(broken)).not.toContain(folder);
    const others = ({ trials }: typeof result) =>
      trials.filter(({ directory }) => directory !== target?.directory);
    expect(others(result)).toEqual(others(before));
    expect(result.findings.map(({ code }) => code)).toContain('trial-void');
  });

  it('makes void a trial whose files are not files, and one whose record is a folder is left out', async () => {
    await rm(join(trialPath, 'events.ndjson'));
    await mkdir(join(trialPath, 'events.ndjson'));
    expect(codesOf(await damaged())).toEqual(['analysis-failed']);
    await rm(join(trialPath, 'trial.json'));
    await mkdir(join(trialPath, 'trial.json'));
    const result = await analyzeRun(folder);
    expect(result.trials).toHaveLength(7);
    expect(result.findings.map(({ code }) => code)).toContain('trial-unreadable');
  });
});
