import type { Cause, Confidence } from '../../src/model/attribution.ts';
import type { SeededCause } from './fault.ts';
import { isRight } from './right-answer.ts';

/** What the matrix needs of a seeded failure. */
export interface Pair {
  readonly proxyMode: string;
  readonly seeded: SeededCause;
  readonly attributed: Cause;
  readonly confidence: Confidence;
}

export interface MatrixCell {
  readonly proxyMode: string;
  readonly seeded: SeededCause;
  readonly attributed: Cause;
  readonly certain: number;
  readonly likely: number;
  readonly weak: number;
}

export interface Agreement {
  /** `null`: all. */
  readonly proxyMode: string | null;
  readonly seeded: SeededCause | null;
  readonly agreed: number;
  readonly total: number;
  /** agreed / total; `NaN` of none. */
  readonly share: number;
}

export interface ConfusionMatrix {
  /** In the order of mode, seeded and attributed cause; empty cells are left out. */
  readonly cells: readonly MatrixCell[];
  /** For each mode and each cause, for each mode, for each cause, and for all. */
  readonly agreements: readonly Agreement[];
}

/** Counts seeded × attributed cause, by proxy mode and confidence. */
export function confusionMatrix(pairs: readonly Pair[]): ConfusionMatrix {
  const cells = [...Map.groupBy(pairs, cellKey).values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { proxyMode, seeded, attributed } = first;
      const of = (confidence: Confidence) => group.filter((pair) => pair.confidence === confidence).length;
      return [
        { proxyMode, seeded, attributed, certain: of('certain'), likely: of('likely'), weak: of('weak') },
      ];
    })
    .sort((a, b) => compare(cellKey(a), cellKey(b)));
  const modes = distinct(pairs.map(({ proxyMode }) => proxyMode));
  const causes = distinct(pairs.map(({ seeded }) => seeded));
  const agreements = [...modes, null].flatMap((proxyMode) =>
    [...causes, null].map((seeded): Agreement => {
      const these = pairs.filter(
        (pair) =>
          (proxyMode === null || pair.proxyMode === proxyMode) && (seeded === null || pair.seeded === seeded),
      );
      const agreed = these.filter(isRight).length;
      return { proxyMode, seeded, agreed, total: these.length, share: agreed / these.length };
    }),
  );
  return { cells, agreements };
}

function cellKey({
  proxyMode,
  seeded,
  attributed,
}: Pick<Pair, 'proxyMode' | 'seeded' | 'attributed'>): string {
  return `${proxyMode} ${seeded} ${attributed}`;
}

function distinct<T extends string>(values: readonly T[]): readonly T[] {
  return [...new Set(values)].sort(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
