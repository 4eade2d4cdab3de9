import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

import { analyzeRun } from '../../../src/analyze/analyze-run.ts';
import { readEvents } from '../../../src/history/event-reader.ts';

/** A run that is not void, whose every failed request has a cause, and whose observers saw all there was. */
export async function expectWholeTruth(folder: string, said: string): Promise<void> {
  const path = realpathSync(join(folder, 'latest'));
  const result = await analyzeRun(path);
  const unasked = result.trials
    .filter(({ trial }) => trial.role === 'negative-control')
    .flatMap(({ failures }) => failures.map(({ attribution, ...request }) => ({ request, attribution })));
  expect(unasked, said).toEqual([]);
  expect(result.verdict, said).not.toBe('void');
  const trials = result.trials.filter(({ counted }) => counted);
  const failed = (role: string) =>
    trials
      .filter(({ trial }) => trial.role === role)
      .reduce((sum, { loads }) => sum + loads.reduce((count, load) => count + load.failed, 0), 0);
  // On a busy machine a kubelet can come so late that rules are gone before the app is: then only the control fails.
  expect(failed('comparison') + failed('positive-control'), said).toBeGreaterThan(0);
  for (const { failedRequests, byCause } of result.cells) {
    expect([...byCause.values()].reduce((sum, count) => sum + count, 0)).toBe(failedRequests);
    expect(byCause.get('unexplained') ?? 0, said).toBe(0);
  }
  expect(await logsOverTheApi(path)).toEqual([]);
}

/** Containers whose logs could not be read on their nodes. */
async function logsOverTheApi(run: string): Promise<string[]> {
  const trials = readdirSync(join(run, 'trials')).map((trial) => readEvents(join(run, 'trials', trial)));
  return (await Promise.all(trials))
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'note' && event.source === 'app-log' ? [event.message] : []));
}
