import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import type { analyzeTrialDirectory } from '../analyze/analyze-trial-directory.ts';
import type { AnalyzedTrial } from '../analyze/run-result.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { AnalysisAnswer, AnalysisRequest } from './analysis-worker.ts';

/**
 * Analyses trials in a thread of its own: what other trials tell in the meantime must not wait for that, for it would
 * seem to have happened later.
 */
export class AnalysisThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<AnalyzedTrial>>();
  #failed: Error | null = null;
  #asked = 0;

  constructor() {
    this.#worker = new Worker(new URL(`./analysis-worker${extname(import.meta.url)}`, import.meta.url));
    this.#worker.unref();
    this.#worker.on('message', (answer: AnalysisAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('trial' in answer) waiting?.resolve(answer.trial);
      else waiting?.reject(new DrainbenchError(answer.error));
    });
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread that analyses trials has ended')));
  }

  /** As `analyzeTrialDirectory`, also in what it throws. */
  analyze(...trial: Parameters<typeof analyzeTrialDirectory>): Promise<AnalyzedTrial> {
    if (this.#failed !== null) return Promise.reject(this.#failed);
    const id = this.#asked++;
    const waiting = Promise.withResolvers<AnalyzedTrial>();
    this.#waiting.set(id, waiting);
    this.#worker.postMessage({ id, trial } satisfies AnalysisRequest);
    return waiting.promise;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failed);
    this.#waiting.clear();
  }
}
