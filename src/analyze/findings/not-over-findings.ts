import type { Finding } from '../../model/verdict.ts';
import { givenReasons } from './given-reasons.ts';
import type { JudgedTrial } from './judged-trial.ts';

/** Where the wait for the end of the disruption was given up, what was said of what was missing. */
export function notOverFindings({
  record,
  events,
  pods,
  moments,
  milestones,
}: Pick<JudgedTrial, 'record' | 'events' | 'pods' | 'moments' | 'milestones'>): readonly Finding[] {
  const late = record.findings.some(({ code }) => code === 'not-recovered');
  // Where no Pod went at all, that is what is said, with the reasons.
  if (!late || !milestones.some(({ name }) => name === 'deletion-timestamp-seen')) return [];
  const reasons = givenReasons(events, pods, moments);
  if (reasons.length === 0) return [];
  return [
    {
      code: 'not-recovered-because',
      severity: 'warning',
      message: `When the load was stopped the disruption was not over: ${reasons.map(({ words }) => words).join('; ')}.`,
      eventIds: reasons.flatMap(({ eventIds }) => eventIds),
    },
  ];
}
