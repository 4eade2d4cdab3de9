import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openRequestLedger } from '../../../src/history/request-ledger-reader.ts';
import { checkLedger } from '../../../src/load/check-ledger.ts';
import { startRemoteLoad } from '../../../src/load/remote-load.ts';
import type { RemoteProgram } from '../../../src/model/remote-program.ts';
import type { RequestRecord } from '../../../src/model/request-record.ts';
import { loadSpec } from '../../unit/load/load-spec.ts';
import { spawnProgram } from '../agent/spawn-program.ts';
import { HostileServer } from './hostile-server.ts';

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

/** Lets through what the worker writes, changed line by line. */
function tampered(program: RemoteProgram, change: (line: string) => string): RemoteProgram {
  const stdout = new PassThrough();
  let rest = '';
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) stdout.write(`${change(line)}\n`);
  });
  program.stdout.on('end', () => stdout.end());
  return { ...program, stdout };
}

async function start(program: RemoteProgram, ratePerSecond = 200) {
  const runStartNs = process.hrtime.bigint();
  const samples: boolean[] = [];
  const load = await startRemoteLoad({
    program,
    spec: loadSpec({ ratePerSecond }),
    targets: [{ host: '127.0.0.1', port: server.port }],
    runStartNs,
    ledgerPath,
    onSample: ({ shared }) => samples.push(shared),
  });
  const nowNs = () => Number(process.hrtime.bigint() - runStartNs);
  return { load, samples, nowNs };
}

async function records(): Promise<RequestRecord[]> {
  const rows: RequestRecord[] = [];
  for await (const record of await openRequestLedger(ledgerPath)) rows.push(record);
  return rows;
}

const worker = () => spawnProgram('load/load-worker.ts');
const onAnotherKernel = (line: string) => line.replace(/"bootId":"[^"]*"/, '"bootId":"another"');

describe('a load that is reached by its standard streams only', () => {
  it('tells the very ledger that it would have written, on the run’s own clock where it is the same', async () => {
    let told = '';
    const program = tampered(worker(), (line) => {
      const message = JSON.parse(line) as { type: string; text: string };
      if (message.type === 'rows') told += message.text;
      return line;
    });
    const { load, samples, nowNs } = await start(program);
    await sleep(700);
    expect(load.counters().byOutcome.ok).toBeGreaterThan(0);
    const summary = await load.stop({ drainMs: 1000 });

    expect(await checkLedger(ledgerPath, summary)).toEqual([]);
    expect(await records()).toHaveLength(summary.intended);
    // Behind the header, byte for byte.
    expect(readFileSync(ledgerPath, 'utf8').replace(/^.*\n/, '')).toBe(told);
    expect(load.clockUncertaintyNs()).toBe(0);
    expect(samples.length).toBeGreaterThanOrEqual(5);
    expect(samples.every(Boolean)).toBe(true);
    expect((await records()).every(({ endNs }) => endNs !== null && endNs < nowNs())).toBe(true);
  });

  it('has its times mapped where its clock is another one, durations untouched, and says how sure they are', async () => {
    const { load, nowNs } = await start(tampered(worker(), onAnotherKernel));
    const startedNs = nowNs();
    await sleep(1200);
    const summary = await load.stop({ drainMs: 1000 });
    expect(await checkLedger(ledgerPath, summary)).toEqual([]);
    const rows = await records();
    const sureNs = load.clockUncertaintyNs();
    expect(sureNs).toBeGreaterThan(0);
    for (const { intendedNs, endNs } of rows) {
      expect(intendedNs).toBeGreaterThan(startedNs - 1e9);
      expect(endNs ?? Infinity).toBeLessThan(nowNs() + sureNs);
    }
    // The worker’s own count from its start would lie before the run’s by the time that it took to load.
    expect(summary.stopNs).toBeGreaterThan(startedNs);
  });

  it('fails when a row is changed or missing on the way', async () => {
    let dropped = false;
    const program = tampered(worker(), (line) => {
      const message = JSON.parse(line) as { type: string; text: string };
      if (message.type !== 'rows' || dropped) return line;
      dropped = true;
      return JSON.stringify({ ...message, text: message.text.slice(message.text.indexOf('\n') + 1) });
    });
    const { load } = await start(program);
    await sleep(400);
    await expect(load.stop({ drainMs: 1000 })).rejects.toMatchObject({ code: 'ledger-stream-broken' });
    expect(existsSync(ledgerPath)).toBe(false);
    expect(existsSync(`${ledgerPath}.partial`)).toBe(true);
  });

  it('is found out when it dies', async () => {
    const program = worker();
    const { load } = await start(program);
    await sleep(300);
    program.child.kill('SIGKILL');
    await expect(load.ended).rejects.toMatchObject({ code: 'load-process-died' });
    expect(existsSync(`${ledgerPath}.partial`)).toBe(true);
  });

  it('ends when its input does', async () => {
    const program = worker();
    const { load } = await start(program);
    program.child.stdin?.end();
    await expect(load.ended).rejects.toMatchObject({ code: 'load-process-died' });
    expect(await program.ended).toMatch(/^exit 70/);
  });
});
