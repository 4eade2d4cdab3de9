import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRequestLedger } from '../../../src/history/request-ledger-reader.ts';
import { checkLedger } from '../../../src/load/check-ledger.ts';
import { startLoadProcess, type LoadProcess } from '../../../src/load/load-process.ts';
import { findK6 } from '../../../src/run/find-k6.ts';
import { loadSpec } from '../../unit/load/load-spec.ts';
import { HostileServer } from './hostile-server.ts';

let directory: string;
let ledgerPath: string;
let server: HostileServer;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drainbench-k6-'));
  ledgerPath = join(directory, 'requests.csv');
  server = await HostileServer.listen([]);
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

async function start(k6?: string, signal?: AbortSignal): Promise<LoadProcess> {
  return startLoadProcess({
    spec: {
      ...loadSpec({ engine: 'k6', concurrency: 5, ratePerSecond: 100 }),
      k6: k6 ?? (await findK6()).path,
    },
    targets: [{ host: '127.0.0.1', port: server.port }],
    runStartNs: process.hrtime.bigint(),
    ledgerPath,
    ...(signal && { signal }),
  });
}

/** A program that is no k6, as a broken one might be. */
async function pretender(script: string): Promise<string> {
  const path = join(directory, 'k6');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

async function childOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  const [child] = text.trim().split(' ').map(Number);
  if (child === undefined || child <= 1) throw new Error('the load process has no child');
  return child;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; waited < 20_000; waited += 10) {
    if (holds()) return;
    await sleep(10);
  }
  throw new Error(`after 20 s still not: ${what}`);
}

function runs(pid: number): boolean {
  return existsSync(`/proc/${String(pid)}`);
}

describe('a load of k6 in its process', () => {
  it('writes the ledger that k6’s own summary promises, and leaves no k6 behind', async () => {
    const load = await start();
    const k6 = await childOf(load.pid);
    await until('50 requests were answered', () => load.counters().byOutcome.ok >= 50);
    const summary = await load.stop({ drainMs: 1000 });
    await until('k6 is gone', () => !runs(k6));
    expect(summary.told?.every(({ told, inLedger }) => told === inLedger)).toBe(true);
    expect(await checkLedger(ledgerPath, summary)).toEqual([]);
    const ledger = await openRequestLedger(ledgerPath);
    let rows = 0;
    for await (const { engine } of ledger) if (engine === 'k6') rows++;
    expect([rows, ledger.complete]).toEqual([summary.intended, true]);
  });

  it('hears an abort as a stop without a drain', async () => {
    const controller = new AbortController();
    const load = await start(undefined, controller.signal);
    const k6 = await childOf(load.pid);
    controller.abort();
    const summary = await load.ended;
    expect(await checkLedger(ledgerPath, summary)).toEqual([]);
    await until('k6 is gone', () => !runs(k6));
  });

  it('takes k6 with it when it is killed, whoever kills it', async () => {
    const load = await start();
    const k6 = await childOf(load.pid);
    await execa('kill', ['-KILL', String(load.pid)]);
    await expect(load.ended).rejects.toMatchObject({ code: 'load-process-died' });
    await until('k6 is gone', () => !runs(k6));
    const other = await start();
    const otherK6 = await childOf(other.pid);
    await other.kill();
    await until('the other k6 is gone', () => !runs(otherK6));
  });

  it('fails when k6 is killed, and leaves a ledger that can be read', async () => {
    const load = await start();
    await until('20 requests were answered', () => load.counters().byOutcome.ok >= 20);
    await execa('kill', ['-KILL', String(await childOf(load.pid))]);
    await expect(load.ended).rejects.toMatchObject({
      code: 'k6-ended',
      message: 'k6, which puts load "probe" on, died of SIGKILL before it was stopped',
    });
    const ledger = await openRequestLedger(ledgerPath);
    let rows = 0;
    for await (const record of ledger) if (record.outcome === 'ok') rows++;
    expect(rows).toBeGreaterThanOrEqual(20);
    expect(ledger.complete).toBe(false);
  });

  it('fails with the reason when the disk is full, and k6 is gone', async () => {
    await execa('mknod', [`${ledgerPath}.partial`, 'c', '1', '7']); // as /dev/full
    const load = await start();
    const k6 = await childOf(load.pid);
    await expect(load.ended).rejects.toMatchObject({ code: 'history-not-written' });
    await until('k6 is gone', () => !runs(k6));
  });

  it('does not start with a k6 that ends before it sends, and says what that said', async () => {
    const broken = await pretender("cat > /dev/null; echo 'no such option' >&2; exit 104");
    await expect(start(broken)).rejects.toMatchObject({
      code: 'k6-ended',
      message: 'k6, which puts load "probe" on, ended with 104 before it was stopped',
      detail: 'no such option\n',
    });
  });

  it('does not start with a k6 that cannot be started', async () => {
    await expect(start(join(directory, 'none'))).rejects.toMatchObject({
      code: 'k6-ended',
      message: expect.stringContaining('ENOENT') as string,
    });
  });
});
