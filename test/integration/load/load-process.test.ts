import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../src/model/request-record.ts';
import type { LoadSpec } from '../../../src/model/scenario.ts';
import { openRequestLedger } from '../../../src/history/request-ledger-reader.ts';
import { checkLedger } from '../../../src/load/check-ledger.ts';
import type { LiveCounters, LoadSummary, LoadTarget } from '../../../src/load/load-engine.ts';
import { startLoadProcess, type LoadProcess } from '../../../src/load/load-process.ts';
import { HostileServer } from './hostile-server.ts';
import { loadSpec } from '../../unit/load/load-spec.ts';

let directory: string;
let ledgerPath: string;
let server: HostileServer;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drainbench-load-'));
  ledgerPath = join(directory, 'requests.csv');
  server = await HostileServer.listen([]);
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

interface Changes {
  readonly spec?: Partial<LoadSpec>;
  readonly targets?: readonly LoadTarget[];
  readonly onCounters?: (counters: LiveCounters) => void;
  readonly signal?: AbortSignal;
}

function start({ spec, ...rest }: Changes = {}): Promise<LoadProcess> {
  return startLoadProcess({
    spec: loadSpec({ ratePerSecond: 200, ...spec }),
    targets: [{ host: '127.0.0.1', port: server.port }],
    runStartNs: process.hrtime.bigint(),
    ledgerPath,
    ...rest,
  });
}

async function ledger(): Promise<{ records: RequestRecord[]; complete: boolean }> {
  const opened = await openRequestLedger(ledgerPath);
  const records: RequestRecord[] = [];
  for await (const record of opened) records.push(record);
  return { records, complete: opened.complete };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 10) {
    if (holds()) return;
    await sleep(10);
  }
  throw new Error(`after 10 s still not: ${what}`);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a load in its own process', () => {
  it.each(['native', 'autocannon'] as const)(
    '%s: writes the ledger that its summary promises',
    async (engine) => {
      const seen: LiveCounters[] = [];
      const load = await start({ spec: { engine }, onCounters: (counters) => seen.push(counters) });
      await until('50 requests were answered', () => load.counters().byOutcome.ok >= 50);
      const summary = await load.stop({ drainMs: 1000 });
      await until('the process is gone', () => !alive(load.pid));

      expect(await checkLedger(ledgerPath, summary)).toEqual([]);
      expect((await ledger()).records).toHaveLength(summary.intended);
      expect(load.counters()).toEqual(summary);
      expect(seen.map(({ intended }) => intended)).toEqual(
        seen.map(({ intended }) => intended).toSorted((a, b) => a - b),
      );
    },
  );

  it('is on the clock of its parent', async () => {
    const runStartNs = process.hrtime.bigint();
    const load = await start();
    await until('a request was answered', () => load.counters().byOutcome.ok >= 1);
    await load.stop({ drainMs: 100 });
    const latest = Number(process.hrtime.bigint() - runStartNs);
    const { records } = await ledger();
    expect(records.every(({ intendedNs, endNs }) => intendedNs > 0 && (endNs ?? 0) < latest)).toBe(true);
  });

  it('can be stopped twice, and hears an abort as a stop without drain', async () => {
    const controller = new AbortController();
    const load = await start({ signal: controller.signal });
    await until('a request was answered', () => load.counters().byOutcome.ok >= 1);
    controller.abort();
    const summary = await load.ended;
    expect(await load.stop({ drainMs: 1000 })).toBe(summary);
    expect((await ledger()).complete).toBe(true);
  });

  it('can be given up while it waits for a target that does not accept', async () => {
    const controller = new AbortController();
    const targets = [{ host: '127.0.0.2', port: server.port }];
    const starting = start({ targets, signal: controller.signal });
    await sleep(300);
    controller.abort();
    await expect(starting).rejects.toMatchObject({ code: 'load-process-died' });
    expect(existsSync(`${ledgerPath}.partial`)).toBe(false);
  });

  it('leaves the end to its parent when the terminal sends Ctrl-C to the whole group', async () => {
    const parent = fork(join(import.meta.dirname, 'load-parent.ts'), [String(server.port), ledgerPath], {
      detached: true,
    });
    const [{ pid }] = (await once(parent, 'message')) as [{ pid: number }];
    await until('20 requests were seen', () => server.seen.length >= 20);
    process.kill(-(parent.pid ?? 0), 'SIGINT');
    process.kill(pid, 'SIGINT');
    const [{ summary }] = (await once(parent, 'message')) as [{ summary: LoadSummary }];
    expect(summary.byOutcome.ok).toBeGreaterThanOrEqual(20);
    expect((await ledger()).complete).toBe(true);
    await until('the process is gone', () => !alive(pid));
  });

  it('ends at once when its parent is killed, and leaves a ledger that can be read', async () => {
    const parent = fork(join(import.meta.dirname, 'load-parent.ts'), [String(server.port), ledgerPath]);
    const [{ pid }] = (await once(parent, 'message')) as [{ pid: number }];
    await until('50 requests were seen', () => server.seen.length >= 50);
    parent.kill('SIGKILL');
    await until('the load process is gone', () => !alive(pid));
    const { records, complete } = await ledger();
    expect(complete).toBe(false);
    expect(records.length).toBeGreaterThan(0);
  });

  it('tells its parent when it is killed, and leaves a ledger that can be read', async () => {
    const load = await start();
    await until('50 requests were answered', () => load.counters().byOutcome.ok >= 50);
    process.kill(load.pid, 'SIGKILL');
    await expect(load.ended).rejects.toMatchObject({
      code: 'load-process-died',
      message: 'the process of load "probe" died of SIGKILL before it was stopped',
    });
    expect(
      (await checkLedger(ledgerPath, { ...load.counters(), load: 'probe' })).map(({ code }) => code),
    ).toContain('ledger-incomplete');
    await expect(load.stop({ drainMs: 0 })).rejects.toMatchObject({ code: 'load-process-died' });
    const { records, complete } = await ledger();
    expect(complete).toBe(false);
    expect(records.length).toBeGreaterThan(0);
  });

  it('fails with the reason when the disk is full, and no whole ledger appears', async () => {
    await execa('mknod', [`${ledgerPath}.partial`, 'c', '1', '7']); // as /dev/full
    const load = await start();
    await expect(load.ended).rejects.toMatchObject({
      code: 'history-not-written',
      message: expect.stringContaining('ENOSPC') as string,
    });
    expect(existsSync(ledgerPath)).toBe(false);
    await until('the process is gone', () => !alive(load.pid));
  });

  it('does not start where the ledger cannot be written', async () => {
    await mkdir(`${ledgerPath}.partial`);
    await expect(start()).rejects.toMatchObject({ code: 'history-not-written' });
  });

  it('does not start with a request that cannot be sent', async () => {
    await expect(start({ spec: { headers: { Connection: 'close' } } })).rejects.toMatchObject({
      code: 'load-request-invalid',
      exitCode: 64,
    });
  });
});
