import { analyzeTrial } from '../../../src/analyze/analyze-trial.ts';
import type { RunResult } from '../../../src/analyze/run-result.ts';
import { summarizeRun } from '../../../src/analyze/run/summarize-run.ts';
import { streamed } from './build-history.ts';
import type { SyntheticRun } from './synthesize-run.ts';

/** Analyses a synthetic run without a disk in between. */
export async function analyzeSynthetic({ manifest, trials }: SyntheticRun): Promise<RunResult> {
  const nodes = (manifest.cluster?.nodes ?? []).map(({ name }) => name);
  const analyzed = [];
  for (const { record, directory, events, ledgers } of trials) {
    const history = {
      record,
      directory,
      events,
      ledgers: [...ledgers].map(([load, records]) => ({
        load,
        intended: records.length,
        records: streamed(records),
        findings: () => [],
      })),
      findings: [],
    };
    analyzed.push(
      await analyzeTrial(history, manifest.scenario.spec.loads, manifest.scenario.spec.target, nodes),
    );
  }
  return summarizeRun(manifest, analyzed);
}
