import { join } from 'node:path';

import { openEventWriter } from '../../../src/history/event-writer.ts';
import { writeManifest } from '../../../src/history/manifest-file.ts';
import { openRequestLedgerWriter } from '../../../src/history/request-ledger-writer.ts';
import { createTrialDirectory } from '../../../src/history/trial-directory.ts';
import { writeTrialRecord } from '../../../src/history/trial-record-file.ts';
import type { SyntheticRun } from './synthesize-run.ts';

/** Writes a synthetic run as the conductor would: through the same writers, into `runPath`. */
export async function writeSyntheticRun(runPath: string, run: SyntheticRun): Promise<void> {
  for (const { record, events, ledgers } of run.trials) {
    const trialPath = await createTrialDirectory(runPath, record.trial, record.attempt);
    const writer = await openEventWriter(trialPath);
    for (const { id, ...event } of events) {
      if (writer.append(event).id !== id) throw new Error('the synthetic ids are not 1…n');
    }
    await writer.close();
    for (const [load, records] of ledgers) {
      const ledger = await openRequestLedgerWriter(join(trialPath, `requests-${load}.csv`));
      // Ledgers are written in the order of completion.
      for (const each of records.toSorted((a, b) => (a.endNs ?? 0) - (b.endNs ?? 0))) ledger.write(each);
      await ledger.close();
    }
    await writeTrialRecord(trialPath, record);
  }
  await writeManifest(runPath, run.manifest);
}
