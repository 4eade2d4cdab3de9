import type { Attribution } from '../../../../../src/model/attribution.ts';

const ROWS = ['certain', 'likely', 'weak', 'ambiguous', 'unexplained'] as const;
type Row = (typeof ROWS)[number];

/** How often what is said is right: of named causes by their confidence, and of what is left open. */
export class Calibration {
  readonly #counts = new Map<Row, { right: number; all: number }>();
  /** By fault and what was said of it. */
  readonly #wrong = new Map<string, number>();

  /** @param truth what may be said; empty: that nobody could know the cause */
  add(fault: string, truth: readonly string[], said: Attribution): void {
    const { cause, confidence, candidates } = said;
    const open = cause === 'ambiguous' || cause === 'unexplained';
    const right =
      cause === 'unexplained'
        ? truth.length === 0
        : (cause === 'ambiguous' ? candidates : [cause]).some((each) => truth.includes(each));
    const row = open ? cause : confidence;
    const count = this.#counts.get(row) ?? { right: 0, all: 0 };
    this.#counts.set(row, { right: count.right + (right ? 1 : 0), all: count.all + 1 });
    if (right) return;
    const what = `${fault}: ${cause}, ${confidence}`;
    this.#wrong.set(what, (this.#wrong.get(what) ?? 0) + 1);
  }

  /** From 0 to 1; 1 where nothing was said so. */
  share(row: Row): number {
    const { right, all } = this.#counts.get(row) ?? { right: 1, all: 1 };
    return right / all;
  }

  /** A table, and what was wrong most often. `ambiguous` is right where it names the cause, `unexplained` where none was known. */
  print(): string {
    const rows = ROWS.map((row) => {
      const { right, all } = this.#counts.get(row) ?? { right: 0, all: 0 };
      const share = all === 0 ? '–' : `${((100 * right) / all).toFixed(1)} %`;
      return `${row.padEnd(12)}${String(right).padStart(7)} of ${String(all).padStart(6)}  ${share.padStart(8)}`;
    });
    const wrong = [...this.#wrong].toSorted((a, b) => b[1] - a[1]).slice(0, 12);
    return [...rows, ...wrong.map(([what, count]) => `  wrong ${count} times: ${what}`)].join('\n');
  }
}
