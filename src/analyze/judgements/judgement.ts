import type { Finding } from '../../model/verdict.ts';
import { JudgementErrors, type JudgementName } from './judgement-errors.ts';

/** A judgement that findings come from, ready to be made of all the evidence there is. */
export interface Judgement<Evidence> extends JudgementName {
  readonly judge: (evidence: Evidence) => readonly Finding[];
}

/**
 * Declares a judgement over one kind of evidence: its name, whether validity depends on it, which evidence it needs.
 * It is given that evidence and no other, so that what it says can be made of nothing else.
 */
export function judgementOver<Evidence extends object>() {
  return <Need extends keyof Evidence>(
    name: string,
    needs: readonly Need[],
    find: (evidence: Pick<Evidence, Need>) => readonly Finding[],
    { decidesVoid = false } = {},
  ): Judgement<Evidence> => ({
    name,
    decidesVoid,
    judge: (evidence) =>
      find(Object.fromEntries(needs.map((need) => [need, evidence[need]])) as Pick<Evidence, Need>),
  });
}

/** All that these judgements find, in their order; each that throws is one finding `judgement-error`. */
export function judgeAll<Evidence>(
  judgements: readonly Judgement<Evidence>[],
  evidence: Evidence,
): readonly Finding[] {
  return judgements.flatMap((judgement) => {
    const errors = new JudgementErrors();
    const found = errors.guard(judgement, [], () => judgement.judge(evidence));
    return [...found, ...errors.findings()];
  });
}
