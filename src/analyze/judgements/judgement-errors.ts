import type { Finding } from '../../model/verdict.ts';

/** One judgement: how it is called in the finding that says that it could not be made. */
export interface JudgementName {
  readonly name: string;
  /** Whether what is judged can be valid depends on it: where it cannot be made, it is void. */
  readonly decidesVoid?: boolean;
}

/**
 * Makes judgements, each by itself: one that throws becomes a finding `judgement-error` that names it, and takes
 * nothing else with it. A damaged or unheard-of history must cost one answer, never a trial or a run.
 */
export class JudgementErrors {
  readonly #findings: Finding[] = [];

  /** What the judgement says; `otherwise` where it throws. */
  guard<T>({ name, decidesVoid = false }: JudgementName, otherwise: T, make: () => T): T {
    try {
      return make();
    } catch (error) {
      this.add(name, decidesVoid, error);
      return otherwise;
    }
  }

  /** The same of one that takes its time. */
  async guardAsync<T>(
    { name, decidesVoid = false }: JudgementName,
    otherwise: T,
    make: () => Promise<T>,
  ): Promise<T> {
    try {
      return await make();
    } catch (error) {
      this.add(name, decidesVoid, error);
      return otherwise;
    }
  }

  /** Those that could not be made until now. */
  findings(): readonly Finding[] {
    return this.#findings;
  }

  private add(name: string, decidesVoid: boolean, error: unknown): void {
    const effect = decidesVoid ? 'validity depends on it' : 'nothing is said of it';
    this.#findings.push({
      code: 'judgement-error',
      severity: decidesVoid ? 'void' : 'warning',
      message: `“${name}” could not be judged, and ${effect}: ${describeError(error)}.`,
    });
  }
}

/** What was thrown, in one phrase. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
