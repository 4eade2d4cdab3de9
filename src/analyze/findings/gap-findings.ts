import { NS_PER_MS } from '../../model/duration.ts';
import type { GapEvent } from '../../model/history-event.ts';
import type { Finding } from '../../model/verdict.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/**
 * What gaps in the observation mean for a trial. The verdict needs the load (did requests fail?) and the watch on
 * Pods and EndpointSlices (did the disruption happen, and when was it over?): a gap in one of these between the
 * disruption and the end of the load makes the trial void. Any other gap only costs milestones: a warning.
 */
export function gapFindings(gaps: readonly GapEvent[], moments: TrialMoments): readonly Finding[] {
  const from = moments.disruptionNs;
  if (from === null) return [];
  const to = moments.loadStoppedNs ?? Infinity;
  return gaps
    .filter((gap) => gap.toNs >= from && gap.fromNs <= to)
    .map((gap) => {
      const needed = isNeeded(gap);
      const lengthMs = ((gap.toNs - gap.fromNs) / NS_PER_MS).toFixed(0);
      const what = `${gap.observer} saw nothing for ${lengthMs} ms between the disruption and the end of the load (${gap.reason})`;
      return {
        code: 'observation-gap',
        severity: needed ? 'void' : 'warning',
        message: needed ? `${what}; the verdict needs it.` : `${what}; milestones may be missing.`,
        eventIds: [gap.id],
      };
    });
}

function isNeeded(gap: GapEvent): boolean {
  if (gap.source === 'load') return true;
  return (
    gap.source === 'api-watch' && !/(^|[^a-z])(events?|nodes?|persistentvolumeclaims)$/i.test(gap.observer)
  );
}
