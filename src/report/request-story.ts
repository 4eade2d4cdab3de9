import type { AnalyzedTrial, FailedRequest } from '../analyze/run-result.ts';
import { NS_PER_MS } from '../model/duration.ts';
import { describeMilestone } from './describe-milestone.ts';

/** One line of a story. */
export interface StoryLine {
  /** Since the start of the request, ms. */
  readonly offsetMs: number;
  readonly what: string;
  /** ±, ms; `null` where the ledger itself tells. */
  readonly uncertaintyMs: number | null;
}

/**
 * What happened around a failed request, in the order of time: its own start and end, what proves its cause, and the
 * milestones nearest to it of the Pod that it was sent to (of all Pods where that is not known). At most `lines`
 * in all, its own two among them; the evidence comes first.
 */
export function requestStory(
  trial: AnalyzedTrial,
  failure: FailedRequest,
  lines: number,
): readonly StoryLine[] {
  const { attribution } = failure;
  const startNs = failure.startNs ?? failure.intendedNs;
  const offset = (atNs: number): number => (atNs - startNs) / NS_PER_MS;
  const others = lines - (failure.endNs === null ? 1 : 2);
  const distance = (atNs: number): number => Math.abs(atNs - startNs);
  const uncertain = new Map(trial.milestones.map(({ eventId, uncertaintyNs }) => [eventId, uncertaintyNs]));

  const proof = attribution.evidence
    .toSorted((a, b) => distance(a.atNs) - distance(b.atNs))
    .slice(0, others)
    .map(({ eventId, atNs, what }): StoryLine => {
      const uncertaintyNs = eventId === null ? undefined : uncertain.get(eventId);
      return {
        offsetMs: offset(atNs),
        what,
        uncertaintyMs: uncertaintyNs === undefined ? null : uncertaintyNs / NS_PER_MS,
      };
    });
  const told = new Set(attribution.evidence.map(({ eventId }) => eventId));
  const around = trial.milestones
    .filter(({ eventId, podUid }) => !told.has(eventId) && podUid === (attribution.podUid ?? podUid))
    .toSorted((a, b) => distance(a.atNs) - distance(b.atNs))
    .slice(0, Math.max(0, others - proof.length))
    .map((milestone): StoryLine => ({
      offsetMs: offset(milestone.atNs),
      what: describeMilestone(milestone),
      uncertaintyMs: milestone.uncertaintyNs / NS_PER_MS,
    }));
  const own: StoryLine[] = [{ offsetMs: 0, what: '▶ the request was sent', uncertaintyMs: null }];
  if (failure.endNs !== null) {
    own.push({ offsetMs: offset(failure.endNs), what: `■ ${failure.outcome}`, uncertaintyMs: null });
  }
  return [...proof, ...around, ...own].sort((a, b) => a.offsetMs - b.offsetMs);
}
