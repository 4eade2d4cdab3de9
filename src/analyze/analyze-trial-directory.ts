import { join } from 'node:path';

import { readAppLedger, type AppLedger } from '../history/app-ledger-reader.ts';
import { readEvents, type EventFile } from '../history/event-reader.ts';
import { openRequestLedger, type RequestLedger } from '../history/request-ledger-reader.ts';
import { readTrialRecord } from '../history/trial-record-file.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { LoadSpec, Target } from '../model/scenario.ts';
import type { TrialRecord } from '../model/trial-record.ts';
import type { Finding } from '../model/verdict.ts';
import { analyzeTrial, type Ledger } from './analyze-trial.ts';
import { failedAnalysis } from './judgements/failed-analysis.ts';
import type { AnalyzedTrial } from './run-result.ts';

/**
 * Reads one attempt at one trial from its folder (relative to the run directory) and computes what it shows. Throws a
 * DrainbenchError where its trial.json cannot be used; any other damage, and whatever goes wrong in the analysis itself,
 * becomes a finding that makes the trial void.
 */
export async function analyzeTrialDirectory(
  runPath: string,
  directory: string,
  loads: readonly LoadSpec[],
  target?: Target,
  nodes: readonly string[] = [],
): Promise<AnalyzedTrial> {
  const trialPath = join(runPath, directory);
  const record = await readTrialRecord(trialPath);
  try {
    const file = await readEvents(trialPath);
    const ledgers = await openLedgers(trialPath, record);
    const findings = eventFileFindings(file);
    const history = {
      ...{ record, directory, events: file.events, ledgers, findings },
      readAppLedger: () => appLedgerIn(join(trialPath, 'logs'), record.requestPrefix),
    };
    return await analyzeTrial(history, loads, target, nodes);
  } catch (error) {
    return failedAnalysis(record, directory, error, trialPath);
  }
}

/** `null`: no container wrote one, or the logs are not there or cannot be read; then what it would tell is not known. */
async function appLedgerIn(logsPath: string, prefix?: string): Promise<AppLedger | null> {
  const ledger = await readAppLedger(logsPath, prefix).catch(() => null);
  return ledger === null || (ledger.rows.size === 0 && !ledger.ofOthers) ? null : ledger;
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
      ...(file.badLines > 0
        ? [`${countOf(file.badLines, 'line is', 'lines are')} no ${file.badLines === 1 ? 'event' : 'events'}`]
        : []),
      ...(file.cutLastLine ? ['the last line is cut'] : []),
    ];
    const message = `The history of the trial is damaged: ${parts.join(', ')}.`;
    findings.push({ code: 'events-damaged', severity: 'void', message });
  }
  if (file.unknown.length > 0) {
    const types = [...new Set(file.unknown.map((event) => String(event['type'])))].sort().join(', ');
    const message = `${countOf(file.unknown.length, 'event')} of a kind that this version does not know (${types}): not used.`;
    findings.push({ code: 'events-unknown', severity: 'info', message });
  }
  return findings;
}
