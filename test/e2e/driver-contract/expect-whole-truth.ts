import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

import { analyzeRun } from '../../../src/analyze/analyze-run.ts';
import type { FailedRequest } from '../../../src/analyze/run-result.ts';
import { readEvents } from '../../../src/history/event-reader.ts';
import { openRequestLedger } from '../../../src/history/request-ledger-reader.ts';
import { readTrialRecord } from '../../../src/history/trial-record-file.ts';
import { FAILED_OUTCOMES, type RequestRecord } from '../../../src/model/request-record.ts';

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
  const attributed: FailedRequest[] = [];
  for (const trial of trials) {
    // Counted anew, from the ledgers themselves.
    expect(names(trial.failures), said).toEqual(await failedInLedgers(join(path, trial.directory)));
    attributed.push(...trial.failures);
  }
  for (const { attribution } of attributed) {
    const { cause, confidence, because, evidence, missing } = attribution;
    expect(because, said).not.toBe('');
    if (cause === 'unexplained') expect(missing, said).not.toEqual([]);
    if (confidence === 'certain') expect(evidence, said).not.toEqual([]);
  }
  // The measure is 1 %; of the few of so short a run, one more may be a busy machine's doing.
  const unexplained = attributed.filter(({ attribution }) => attribution.cause === 'unexplained');
  const why = JSON.stringify(unexplained.map(({ attribution }) => attribution).slice(0, 3));
  expect(unexplained.length, `${why}\n${said}`).toBeLessThanOrEqual(1 + attributed.length / 100);
  expect(await logsOverTheApi(path)).toEqual([]);
}

async function failedInLedgers(trialPath: string): Promise<readonly string[]> {
  const failed: RequestRecord[] = [];
  for (const { ledger } of (await readTrialRecord(trialPath)).loads) {
    for await (const request of await openRequestLedger(join(trialPath, ledger)))
      if (FAILED_OUTCOMES.includes(request.outcome)) failed.push(request);
  }
  return names(failed);
}

function names(requests: readonly RequestRecord[]): readonly string[] {
  return requests.map(({ load, id }) => `${load}-${id}`).sort();
}

/** Containers whose logs could not be read on their nodes. */
async function logsOverTheApi(run: string): Promise<string[]> {
  const trials = readdirSync(join(run, 'trials')).map((trial) => readEvents(join(run, 'trials', trial)));
  return (await Promise.all(trials))
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'note' && event.source === 'app-log' ? [event.message] : []));
}
