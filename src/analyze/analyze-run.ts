import { join } from 'node:path';

import { readEvents, type EventFile } from '../history/event-reader.ts';
import { readManifest } from '../history/manifest-file.ts';
import { openRequestLedger, type RequestLedger } from '../history/request-ledger-reader.ts';
import { listTrialDirectories } from '../history/trial-directory.ts';
import { readTrialRecord } from '../history/trial-record-file.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { TrialRecord } from '../model/trial-record.ts';
import type { Finding } from '../model/verdict.ts';
import { analyzeTrial, type Ledger } from './analyze-trial.ts';
import type { AnalyzedTrial, RunResult } from './run-result.ts';
import { summarizeRun } from './summarize-run.ts';

/**
 * Computes all that a run directory says. Reads, never writes; uses neither the clock, nor the path of the directory,
 * nor the machine it runs on, so that the same directory gives the same result anywhere. A damaged trial becomes void
 * or a finding; only a directory that is no run's makes it throw (`run-directory-unusable`).
 */
export async function analyzeRun(runPath: string): Promise<RunResult> {
  const manifest = await readManifest(runPath);
  const trials: AnalyzedTrial[] = [];
  const findings: Finding[] = [];
  for (const directory of await listTrialDirectories(runPath)) {
    const trialPath = join(runPath, directory);
    const record = await readRecord(trialPath, directory, findings);
    if (record === undefined) continue;
    const file = await readEvents(trialPath);
    const history = {
      record,
      directory,
      events: file.events,
      ledgers: await openLedgers(trialPath, record),
      findings: eventFileFindings(file),
    };
    trials.push(await analyzeTrial(history, manifest.scenario.spec.loads));
  }
  return summarizeRun(manifest, trials, findings);
}

async function readRecord(
  trialPath: string,
  directory: string,
  findings: Finding[],
): Promise<TrialRecord | undefined> {
  try {
    return await readTrialRecord(trialPath);
  } catch (error) {
    if (!(error instanceof DrainbenchError)) throw error;
    const message = `${directory} is left out: its trial.json cannot be used (${error.found ?? error.code}).`;
    findings.push({
      code: 'trial-unreadable',
      severity: 'warning',
      message: message.replaceAll(trialPath, directory),
    });
    return undefined;
  }
}

/** A load without a ledger is left out here; the analysis of the trial says so. */
async function openLedgers(trialPath: string, record: TrialRecord): Promise<readonly Ledger[]> {
  const ledgers: Ledger[] = [];
  for (const load of record.loads) {
    const ledger = await openRequestLedger(join(trialPath, load.ledger)).catch((error: unknown) => {
      if (error instanceof DrainbenchError && error.code === 'ledger-missing') return undefined;
      throw error;
    });
    if (ledger !== undefined) ledgers.push(tolerantLedger(load, ledger));
  }
  return ledgers;
}

/** A ledger whose reader fails half way gives what it had, and a void finding. */
function tolerantLedger(load: TrialRecord['loads'][number], ledger: RequestLedger): Ledger {
  const findings: Finding[] = [];
  const broken = (code: string, what: string): void => {
    const message = `The ledger of load “${load.name}” (${load.ledger}) ${what}.`;
    findings.push({ code, severity: 'void', message });
  };
  async function* read(): AsyncGenerator<RequestRecord> {
    try {
      yield* ledger;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      broken(
        'ledger-unreadable',
        `cannot be read to its end: ${reason.replaceAll(ledger.file, load.ledger)}`,
      );
    }
    if (!ledger.complete) {
      broken('ledger-partial', `was never closed${ledger.cutLines > 0 ? '; its last line is cut' : ''}`);
    } else if (ledger.cutLines > 0) broken('ledger-cut', 'ends in the middle of a line');
  }
  return { load: load.name, intended: load.intended, records: read(), findings: () => findings };
}

function eventFileFindings(file: EventFile): readonly Finding[] {
  const findings: Finding[] = [];
  if (file.state === 'missing') {
    const message = 'The trial has no events.ndjson: nothing is known about what was done when.';
    findings.push({ code: 'events-missing', severity: 'void', message });
  }
  if (file.state === 'partial') {
    const message = 'The history of the trial was never closed: events.ndjson.partial is all there is.';
    findings.push({ code: 'events-partial', severity: 'void', message });
  }
  if (file.badLines > 0 || file.cutLastLine) {
    const parts = [
      ...(file.badLines > 0 ? [`${file.badLines} lines are not events`] : []),
      ...(file.cutLastLine ? ['the last line is cut'] : []),
    ];
    const message = `The history of the trial is damaged: ${parts.join(', ')}.`;
    findings.push({ code: 'events-damaged', severity: 'void', message });
  }
  if (file.unknown.length > 0) {
    const types = [...new Set(file.unknown.map((event) => String(event['type'])))].sort().join(', ');
    const message = `${file.unknown.length} events are of a kind that this version does not know (${types}): they were not used.`;
    findings.push({ code: 'events-unknown', severity: 'info', message });
  }
  return findings;
}
