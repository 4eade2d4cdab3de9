import type { TrialResult } from '../model/trial-result.ts';

/**
 * What is wrong with a strategy is known after its first trial: said then, not at the end of a run of hours, and once
 * for each strategy and container.
 */
export class PreflightWarnings {
  readonly #told = new Set<string>();

  /** Those of this trial that no trial before it had. */
  newIn({ trial, findings }: TrialResult): readonly string[] {
    if (trial.role !== 'comparison') return [];
    return findings
      .filter(({ code, severity }) => severity === 'warning' && code.startsWith('preflight-'))
      .filter(({ code, container = '' }) => {
        const key = [trial.strategy.name, code, container].join('\n');
        const isNew = !this.#told.has(key);
        this.#told.add(key);
        return isNew;
      })
      .map(({ message }) => message);
  }
}
