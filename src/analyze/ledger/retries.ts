import { FAILED_OUTCOMES, type Outcome, type RequestRecord } from '../../model/request-record.ts';

/** What became of the second attempts that a load's client made by itself. Memory: those attempts. */
export class Retries {
  readonly #byFirst = new Map<number, { readonly id: number; readonly outcome: Outcome }>();

  /** In any order. */
  add({ id, outcome, retryOf }: RequestRecord): void {
    if (typeof retryOf === 'number') this.#byFirst.set(retryOf, { id, outcome });
  }

  /** The attempt that repeated this one; `null`: none did. */
  of({ id }: RequestRecord): { readonly id: number; readonly recovered: boolean } | null {
    const retry = this.#byFirst.get(id);
    return retry === undefined ? null : { id: retry.id, recovered: retry.outcome === 'ok' };
  }

  /** This failure is what the user was left with: it was not repeated, or nobody knows how the repetition ended. */
  remains({ id }: RequestRecord): boolean {
    const retry = this.#byFirst.get(id);
    // One that failed, too, counts for itself.
    return retry === undefined || (retry.outcome !== 'ok' && !FAILED_OUTCOMES.includes(retry.outcome));
  }
}
