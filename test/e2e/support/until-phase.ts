import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { TrialPhase } from '../../../src/model/history-event.ts';

/**
 * Waits until an attempt at a trial of the only run below `reports` has come to a phase; `attempt` is the name of its
 * folder. Throws when the run has ended before that, or after two minutes.
 */
export async function untilPhase(
  reports: string,
  attempt: string,
  phase: TrialPhase,
  runEnded: () => boolean,
): Promise<void> {
  for (let wait = 0; wait < 120 * 50; wait++) {
    if (eventsOf(reports, attempt).includes(`"phase":"${phase}"`)) return;
    if (runEnded()) break;
    await sleep(20);
  }
  throw new Error(`${attempt} did not come to ${phase}`);
}

function eventsOf(reports: string, attempt: string): string {
  try {
    return readdirSync(reports, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.includes(`/trials/${attempt}/events.ndjson`))
      .map((file) => readFileSync(join(reports, file), 'utf8'))
      .join('');
  } catch {
    return ''; // not there yet, or just renamed
  }
}
