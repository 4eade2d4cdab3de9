import { mkdtemp, readFile, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openAppendOnlyFile } from '../../../src/history/append-only-file.ts';
import { readEvents } from '../../../src/history/event-reader.ts';
import { openEventWriter } from '../../../src/history/event-writer.ts';
import { readJournal } from '../../../src/history/journal-reader.ts';
import { openJournal } from '../../../src/history/journal-writer.ts';
import { readManifest, writeManifest } from '../../../src/history/manifest-file.ts';
import { pointLatestAt } from '../../../src/history/point-latest-at.ts';
import { createRunDirectory } from '../../../src/history/run-directory.ts';
import { listTrialDirectories, trialDirectoryName } from '../../../src/history/trial-directory.ts';
import { readTrialRecord, writeTrialRecord } from '../../../src/history/trial-record-file.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { planned, trialRecord } from '../analyze/build-history.ts';
import { synthesizeRun } from '../analyze/synthesize-run.ts';
import { createTrialDirectory } from '../../../src/history/trial-directory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-history-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const note = (message: string, atNs = 1): NewHistoryEvent => ({
  type: 'note',
  message,
  atNs,
  uncertaintyNs: 0,
  source: 'harness',
});

describe('a run directory', () => {
  it('is named after the scenario, the start in UTC and a short id', async () => {
    const run = await createRunDirectory({
      reportsRoot: folder,
      scenarioName: 'prestop-on-delete',
      startedAt: new Date('2025-01-02T03:04:05.678Z'),
    });
    expect(run.path).toMatch(/prestop-on-delete\/20250102T030405Z-[0-9a-f]{6}$/);
    expect(await readdir(run.path)).toEqual(['trials']);
  });

  it('is what `latest` leads to, after another run was', async () => {
    const options = { reportsRoot: folder, scenarioName: 's', startedAt: new Date(0) };
    await pointLatestAt(await createRunDirectory(options));
    const second = await createRunDirectory(options);
    await pointLatestAt(second);
    expect(await readlink(join(folder, 'latest'))).toBe(`s/${second.runId}`);
    expect((await readdir(folder)).sort()).toEqual(['latest', 's']);
  });

  it('gives its manifest back as it was written', async () => {
    const { manifest } = synthesizeRun({
      name: 's',
      strategies: [{ name: 'none', preStopSeconds: 0 }],
      blocks: 1,
      ratePerSecond: 10,
      baselineMs: 100,
      tailMs: 100,
      seed: 1,
    });
    await writeManifest(folder, manifest);
    expect(await readManifest(folder)).toEqual(manifest);
  });

  it('that is none is refused with the file and what was found', async () => {
    await expect(readManifest(folder)).rejects.toMatchObject({
      code: 'run-directory-unusable',
      exitCode: 64,
    });
    await writeFile(join(folder, 'manifest.json'), '{"schemaVersion": 2}');
    await expect(readManifest(folder)).rejects.toMatchObject({ code: 'run-directory-unusable' });
    await writeFile(join(folder, 'manifest.json'), '{"schemaVersion": ');
    await expect(readManifest(folder)).rejects.toThrow('is not JSON');
  });

  it('lists its trials in the order of execution, repetitions behind the first try', async () => {
    for (const [number, attempt] of [
      [10, 1],
      [2, 2],
      [2, 1],
      [1, 1],
    ] as const) {
      await createTrialDirectory(folder, planned({ number }), attempt);
    }
    expect(await listTrialDirectories(folder)).toEqual([
      'trials/001-none',
      'trials/002-none',
      'trials/002-none.attempt2',
      'trials/010-none',
    ]);
  });

  it('names a control’s folder after its role', () => {
    const trial = planned({ number: 7, role: 'negative-control' });
    expect(trialDirectoryName(trial, 1)).toBe('trials/007-negative-control');
  });

  it('gives a trial’s record back as it was written', async () => {
    const record = trialRecord({ findings: [{ code: 'c', severity: 'info', message: 'm', eventIds: [1] }] });
    await writeTrialRecord(folder, record);
    expect(await readTrialRecord(folder)).toEqual(record);
  });
});

describe('the history of a trial', () => {
  it('numbers events from 1 in the order of writing, and is read in the order of time', async () => {
    const writer = await openEventWriter(folder);
    expect(writer.append(note('late', 20)).id).toBe(1);
    expect(writer.append(note('early', 10)).id).toBe(2);
    await writer.close();
    const { events, state } = await readEvents(folder);
    expect(state).toBe('complete');
    expect(events.map(({ id, atNs }) => [id, atNs])).toEqual([
      [2, 10],
      [1, 20],
    ]);
  });

  it('bears its name only once it is complete', async () => {
    const writer = await openEventWriter(folder);
    writer.append(note('one'));
    await writer.flush();
    expect(await readdir(folder)).toEqual(['events.ndjson.partial']);
    expect(await readEvents(folder)).toMatchObject({ state: 'partial', cutLastLine: false });
    await writer.close();
    expect(await readdir(folder)).toEqual(['events.ndjson']);
  });

  it('is read up to a cut last line, which is reported', async () => {
    const writer = await openEventWriter(folder);
    writer.append(note('one'));
    writer.append(note('two'));
    await writer.close();
    const path = join(folder, 'events.ndjson');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, -9));
    const file = await readEvents(folder);
    expect(file.events).toHaveLength(1);
    expect(file).toMatchObject({ cutLastLine: true, badLines: 0 });
  });

  it('keeps events of a kind it does not know, and counts lines that are no events', async () => {
    const known = JSON.stringify({ id: 1, ...note('one') });
    const unknown = known.replace('"note"', '"kernel-trace"');
    await writeFile(join(folder, 'events.ndjson'), `${known}\nnot json\n${unknown}\n{"id":"x"}\n`);
    const file = await readEvents(folder);
    expect(file.events).toHaveLength(1);
    expect(file.unknown.map((event) => event['type'])).toEqual(['kernel-trace']);
    expect(file).toMatchObject({ badLines: 2, cutLastLine: false });
  });

  it('that was never written is missing, not empty', async () => {
    expect(await readEvents(folder)).toMatchObject({ state: 'missing', events: [] });
  });

  it('takes 50,000 events with back-pressure and loses none', async () => {
    const writer = await openEventWriter(folder);
    for (let i = 0; i < 50_000; i += 1) {
      writer.append(note('x'.repeat(100), i));
      await writer.ready();
    }
    await writer.close();
    const { events } = await readEvents(folder);
    expect(events).toHaveLength(50_000);
    expect(events.every(({ id }, index) => id === index + 1)).toBe(true);
  });
});

describe('an append-only file on a full disk', () => {
  it('says so at the next use and at the end', async () => {
    const file = await openAppendOnlyFile('/dev/full');
    file.append('text\n');
    await expect(file.flush()).rejects.toMatchObject({ code: 'history-not-written' });
    expect(() => file.append('more\n')).toThrow('/dev/full could not be written');
    await expect(file.ready()).rejects.toMatchObject({ code: 'history-not-written' });
    await expect(file.close()).rejects.toMatchObject({ code: 'history-not-written' });
  });

  it('that cannot even be opened says so', async () => {
    await expect(openAppendOnlyFile(join(folder, 'no', 'such'))).rejects.toMatchObject({
      code: 'history-not-written',
    });
  });
});

describe('the journal', () => {
  it('is on disk before the write resolves, and goes on where a killed writer left off', async () => {
    const at = (): number => Date.UTC(2025, 0, 1);
    const journal = await openJournal(folder, at);
    await journal.write({ type: 'intent', kind: 'Namespace', namespace: null, name: 'n1' });
    expect((await readJournal(folder)).entries).toEqual([
      { type: 'intent', at: '2025-01-01T00:00:00.000Z', kind: 'Namespace', namespace: null, name: 'n1' },
    ]);
    await journal.close();
    const path = join(folder, 'journal.ndjson');
    await writeFile(path, `${await readFile(path, 'utf8')}{"type":"crea`);

    const resumed = await openJournal(folder, at);
    await resumed.write({ type: 'removed', kind: 'Namespace', namespace: null, name: 'n1' });
    await resumed.close();
    const { entries, unreadable } = await readJournal(folder);
    expect(entries.map(({ type }) => type)).toEqual(['intent', 'removed']);
    expect(unreadable).toBe(1);
  });
});
