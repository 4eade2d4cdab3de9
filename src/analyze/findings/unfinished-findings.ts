import { disruptsApp } from '../../model/disrupts-app.ts';
import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';
import type { Finding } from '../../model/verdict.ts';
import { explainsItself } from './completeness-findings.ts';
import { formatMs } from '../words/format-figures.ts';
import { graceSecondsOf } from '../objects/grace-of.ts';
import type { JudgedTrial } from './judged-trial.ts';
import { podEnd } from '../milestones/pod-end.ts';
import { asList, asRecord } from '../objects/read-json.ts';
import { standstill } from './standstill.ts';

type Input = Pick<JudgedTrial, 'record' | 'victims' | 'milestones' | 'book' | 'pods' | 'moments' | 'events'>;

/**
 * The load must outlast the Pods that go: requests fail at a Pod's end, and a trial whose load was stopped before
 * has not seen it. Void, then. A container that is killed in a Pod that stays is an end.
 */
export function unfinishedFindings(input: Input): readonly Finding[] {
  const { record, victims, milestones, book, moments, events } = input;
  const { disruptionNs, loadStoppedNs } = moments;
  if (explainsItself(record)) return [];
  if (!disruptsApp(record.trial.disruption) || disruptionNs === null || loadStoppedNs === null) return [];
  const seen = Map.groupBy(
    milestones.filter(({ atNs }) => atNs <= loadStoppedNs),
    ({ podUid }) => podUid,
  );
  const podStays = record.trial.disruption.type === 'kill-container';
  const unfinished = victims.filter(({ uid, container }) => {
    const own = (seen.get(uid) ?? []).filter(
      (each) => container === undefined || each.container === container,
    );
    // One that nobody aimed at, and that only began to go afterwards, is not what the trial is about.
    if (own.length === 0 && !record.victims.some((victim) => victim.uid === uid)) return false;
    if (own.some(({ name }) => name === 'pod-gone')) return false;
    return podEnd(own, podStays ? undefined : book.byUid(uid)) === null;
  });
  if (unfinished.length === 0) return [];
  const held = standstill(events, record.namespace, moments);
  const isGoing = ({ uid }: Victim) => seen.get(uid)?.some(({ name }) => name === 'deletion-timestamp-seen');
  // Of one that never began `disruptionFindings` says why.
  if (held !== null && !victims.some(isGoing)) return [];
  const names = unfinished.map(({ name }) => name).join(', ');
  const why =
    held === null
      ? [
          ...new Set(
            unfinished.map((victim) => whyNot(victim, seen.get(victim.uid) ?? [], loadStoppedNs, input)),
          ),
        ]
      : [`It could not go on: ${held.reason}.`];
  return [
    {
      code: 'not-ended',
      severity: 'void',
      message: `The load was stopped before ${names} had ended: what fails at ${unfinished.length === 1 ? 'its' : 'their'} end could not be seen. ${why.join(' ')}`,
      ...(held !== null && { eventIds: [held.eventId] }),
    },
  ];
}

/** Only a Pod that still had time is waited for in vain by too short a wait. */
function whyNot(
  { uid, name }: Victim,
  own: readonly Milestone[],
  loadStoppedNs: number,
  { pods, moments, record }: Input,
): string {
  const pod = pods.of(uid, loadStoppedNs)?.object ?? {};
  const metadata = asRecord(pod['metadata']);
  const began = own.find(
    ({ name: step }) => step === 'delete-received' || step === 'deletion-timestamp-seen',
  );
  if (began === undefined) {
    if (record.trial.disruption.type === 'kill-container') return 'Its container was not seen to end.';
    return `Until then nothing had told ${name} to end.`;
  }
  // The API server writes down what the Pod was really given.
  const graceS = Number(metadata['deletionGracePeriodSeconds'] ?? graceSecondsOf(pod));
  const ranNs = loadStoppedNs - began.atNs;
  if (ranNs < graceS * NS_PER_S) {
    const waitedNs = loadStoppedNs - (moments.disruptionNs ?? loadStoppedNs);
    const neededMs = Math.ceil((waitedNs + graceS * NS_PER_S - ranNs) / NS_PER_MS / 1000) * 1000;
    return `Its grace period of ${graceS} s was not over: raise timing.recoverTimeoutMs to ${neededMs} or more.`;
  }
  const finalizers = asList(metadata['finalizers']).map(String);
  const held = finalizers.length === 0 ? '' : ` It has finalizers: ${finalizers.join(', ')}.`;
  return `Its grace period of ${graceS} s had been over for ${formatMs((ranNs - graceS * NS_PER_S) / NS_PER_MS)}.${held}`;
}
