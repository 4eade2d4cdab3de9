import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { wasExecuted } from '../../../src/analyze/ledger/was-executed.ts';
import { readAppLedger } from '../../../src/history/app-ledger-reader.ts';
import { checkAppLedger } from '../../../src/trial/check-app-ledger.ts';
import { streamed } from '../../unit/analyze/build-history.ts';
import { runApp, type RunningApp } from '../sample-app/running-app.ts';
import { runLoad } from './run-load.ts';

let logs: string;
beforeEach(async () => {
  logs = await mkdtemp(join(tmpdir(), 'drainbench-logs-'));
});
afterEach(() => rm(logs, { recursive: true }));

async function keepLog(app: RunningApp): Promise<void> {
  await writeFile(join(logs, 'pod-1.app.log'), app.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

it.each(['native', 'autocannon'] as const)(
  'the sample app’s ledger tells which requests were under way in it when it ended (%s)',
  async (engine) => {
    await using app = await runApp({ env: { SHUTDOWN_MODE: 'exit-now', LATENCY_MS: '300' } });
    const { port } = app;
    let ended = false;
    const { records } = await runLoad(
      { engine, connections: 'keep-alive', concurrency: 10, ratePerSecond: 30 },
      [{ host: '127.0.0.1', port }],
      (sofar) => {
        if (!ended && sofar.some(({ outcome }) => outcome === 'ok')) {
          ended = true;
          app.signal('SIGTERM');
        }
        return sofar.filter(({ outcome }) => outcome === 'refused').length >= 3;
      },
    );
    await app.exited();
    await keepLog(app);
    const ledger = await readAppLedger(logs);
    expect({ closed: ledger.closed, damaged: ledger.damaged }).toEqual({
      closed: new Set(['pod-1']),
      damaged: [],
    });
    const executed = (outcomes: readonly string[]) =>
      records
        .filter(({ outcome }) => outcomes.includes(outcome))
        .map((record) => wasExecuted(record, 'pod-1', ledger));
    expect(executed(['reset', 'closed-early']).filter((each) => each === true).length).toBeGreaterThan(3);
    expect(new Set(executed(['refused']))).toEqual(new Set([false]));
    expect(new Set(executed(['ok']))).toEqual(new Set([true]));
    // What it had and did not answer is just what the client lost in it.
    const unanswered = [...ledger.rows].filter(([, { outcome }]) => outcome === 'unanswered');
    expect(executed(['reset', 'closed-early']).filter((each) => each === true)).toHaveLength(
      unanswered.length,
    );
    expect(await checkAppLedger(logs, [streamed(records)])).toEqual([]);
  },
);
