import { countOf } from '../../model/count-of.ts';
import { disruptsApp } from '../../model/disrupts-app.ts';
import type { ActionEvent } from '../../model/history-event.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { TrialRecord } from '../../model/trial-record.ts';
import type { Finding } from '../../model/verdict.ts';
import { explainsItself } from './completeness-findings.ts';
import { givenReasons } from './given-reasons.ts';
import type { JudgedTrial } from './judged-trial.ts';
import { standstill } from './standstill.ts';

type Input = Pick<JudgedTrial, 'record' | 'events' | 'milestones' | 'pods' | 'moments'>;

/**
 * A trial without failures proves something only if the disruption really happened: it must have been asked for,
 * accepted, and what it was to end must have been seen going. Otherwise the trial is void, and says why in the words of
 * the API server, the scheduler or the controller that was asked. Where the record itself says that it did not happen as
 * planned, nothing is added.
 */
export function disruptionFindings(input: Input): readonly Finding[] {
  const { record, events, milestones } = input;
  if (record.trial.disruption.type === 'none' || explainsItself(record)) return [];
  if (record.findings.some(({ code, severity }) => severity === 'void' && code.startsWith('disruption-')))
    return [];
  const actions = events.filter((event): event is ActionEvent => event.type === 'action');
  if (!actions.some(({ stage }) => stage === 'accepted')) {
    const answers = actions.filter(({ stage }) => stage === 'refused' || stage === 'unanswered');
    return [
      {
        code: 'disruption-not-accepted',
        severity: 'void',
        message: `The disruption did not happen: ${answerWords(answers)}.`,
        eventIds: answers.map(({ id }) => id),
      },
    ];
  }
  if (record.trial.disruption.type === 'kill-container') return killFindings(record, milestones);
  if (!disruptsApp(record.trial.disruption)) return [];
  const isGoing = ({ name }: Milestone) => name === 'deletion-timestamp-seen' || name === 'pod-gone';
  if (milestones.some(isGoing)) return [];
  // Whoever holds it up says so: what no repetition changes has a code of its own.
  const held = standstill(events, record.namespace, input.moments);
  const reasons = givenReasons(events, input.pods, input.moments);
  const words = reasons.length > 0 || held === null ? reasons.map((each) => each.words) : [held.reason];
  const why = words.length === 0 ? '' : `: ${words.join('; ')}`;
  return [
    {
      code: held === null ? 'disruption-not-seen' : 'disruption-not-begun',
      severity: 'void',
      message: `The API server accepted the disruption, but no Pod was seen going before the trial ended${why}.`,
      eventIds: held === null ? reasons.flatMap(({ eventIds }) => eventIds) : [held.eventId],
    },
  ];
}

/** What was answered last, and how often something was; answers that differ are all told. */
function answerWords(answers: readonly ActionEvent[]): string {
  if (answers.length === 0) return 'no answer to it was recorded';
  const groups = Map.groupBy(answers, ({ stage, httpStatus, message }) => {
    const status = httpStatus === undefined ? '' : `HTTP ${httpStatus}: `;
    const what = stage === 'refused' ? 'the API server refused it' : 'nothing shows that it took effect';
    return `${what} (${status}${message ?? 'no message'})`;
  });
  return [...groups]
    .map(([words, { length }]) => (length === 1 ? words : `${words}, ${countOf(length, 'time')}`))
    .join('; ');
}

const ENDS: readonly MilestoneName[] = ['process-exited', 'container-terminated'];

/** The very container that was to be killed must have been seen ending, in every victim. */
function killFindings(record: TrialRecord, milestones: readonly Milestone[]): readonly Finding[] {
  const unseen = record.victims.filter(
    ({ uid, container }) =>
      !milestones.some(
        (each) =>
          ENDS.includes(each.name) &&
          each.podUid === uid &&
          // Older records do not say which container it was.
          (container === undefined || each.container === container),
      ),
  );
  if (unseen.length === 0 && record.victims.length > 0) return [];
  const names = unseen.map(({ name, container }) => `${container ?? 'a container'} of ${name}`).join(', ');
  const message = `SIGKILL was sent, but ${names === '' ? 'no container' : names} was not seen ending before the trial ended.`;
  return [{ code: 'disruption-not-seen', severity: 'void', message }];
}
