import { parentPort } from 'node:worker_threads';

import { analyzeTrialDirectory } from '../analyze/analyze-trial-directory.ts';
import type { AnalyzedTrial } from '../analyze/run-result.ts';
import { errorDetails, type ErrorDetails } from '../model/drainbench-error.ts';

export interface AnalysisRequest {
  readonly id: number;
  readonly trial: Parameters<typeof analyzeTrialDirectory>;
}

export type AnalysisAnswer =
  | { readonly id: number; readonly trial: AnalyzedTrial }
  | { readonly id: number; readonly error: ErrorDetails };

/** The analysis of trials in a thread of its own. What it throws is the answer for that one trial. */
parentPort?.on('message', ({ id, trial }: AnalysisRequest) => {
  void analyzeTrialDirectory(...trial).then(
    (analyzed) => answer({ id, trial: analyzed }),
    (error: unknown) =>
      answer({ id, error: errorDetails(error, 'analysis-failed', 'the trial could not be analysed') }),
  );
});

function answer(message: AnalysisAnswer): void {
  parentPort?.postMessage(message);
}
