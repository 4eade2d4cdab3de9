import type { AuditEvent, HistoryEvent, ObjectEvent } from '../../model/history-event.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import { statusMessage } from '../../model/status-message.ts';
import type { Victim } from '../../model/trial-record.ts';
import { auditWriteTime } from '../objects/object-sightings.ts';
import { asRecord, asText } from '../objects/read-json.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/**
 * What the API server's audit log and the Events show of each victim: its first delete (or eviction) that was
 * accepted, when received and when answered, the first that was refused, the Events that were recorded about it, and
 * what the kubelet reported by them: that it stops a container, and that a preStop hook failed. An Event comes some time
 * after what it tells: when the API server got it is an upper bound of that.
 */
export function auditMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  moments: TrialMoments,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const found = new Map<string, Milestone>();
  const keep = (step: Step, event: AuditEvent | ObjectEvent): void => {
    const { detail } = step;
    const key = `${step.name} ${step.victim.uid} ${step.container ?? ''} ${detail ?? ''} ${event.source}`;
    if (found.has(key)) return;
    found.set(key, {
      name: step.name,
      pod: step.victim.name,
      podUid: step.victim.uid,
      node: step.victim.node,
      container: step.container,
      atNs: step.atNs,
      uncertaintyNs: step.uncertaintyNs ?? event.uncertaintyNs,
      source: event.source,
      eventId: event.id,
      ...(detail === undefined ? {} : { detail }),
    });
  };
  for (const event of events) {
    if (event.type !== 'audit' && event.type !== 'object') continue;
    const atNs = event.type === 'audit' ? event.requestReceivedNs : event.atNs;
    // Those asked for before the tidying away count, whenever they were answered.
    if (event.atNs < disruptionNs || atNs >= (cleanUpNs ?? Infinity)) continue;
    const steps = event.type === 'audit' ? auditSteps(event, victims) : eventSteps(event, victims);
    for (const step of steps) keep(step, event);
  }
  return [...found.values()];
}

interface Step {
  readonly name: MilestoneName;
  readonly victim: Victim;
  readonly container: string | null;
  readonly atNs: number;
  /** Default: that of its event. */
  readonly uncertaintyNs?: number;
  readonly detail?: string;
}

function auditSteps(event: AuditEvent, victims: readonly Victim[]): readonly Step[] {
  const request = asRecord(event.requestObject);
  if (event.resource === 'events' && event.verb === 'create') {
    const written = (event.code ?? 0) < 300 ? auditWriteTime(event) : null;
    return kubeletSteps(request, { toldNs: event.requestReceivedNs, written }, victims);
  }
  const deletes = event.verb === 'delete' && event.subresource === null;
  const evicts = event.verb === 'create' && event.subresource === 'eviction';
  if (event.resource !== 'pods' || !(deletes || evicts) || event.stage !== 'ResponseComplete') return [];
  const uid =
    asText(asRecord(asRecord(event.responseObject)['metadata'])['uid']) ??
    asText(asRecord(request['preconditions'])['uid']);
  const victim = victims.find((each) => (uid === null ? each.name === event.name : each.uid === uid));
  if (victim === undefined) return [];
  // What was refused, by a budget say, begins nobody's end.
  if ((event.code ?? 500) >= 300)
    return [{ name: 'delete-refused', victim, container: null, atNs: event.atNs, ...refusal(event) }];
  return [
    { name: 'delete-received', victim, container: null, atNs: event.requestReceivedNs },
    { name: 'delete-accepted', victim, container: null, atNs: event.atNs },
  ];
}

/** Why, in the API server's words: of a disruption budget, the budget too. */
function refusal({ responseObject }: AuditEvent): { readonly detail?: string } {
  const words = statusMessage(responseObject);
  return words === null ? {} : { detail: words };
}

function eventSteps(event: ObjectEvent, victims: readonly Victim[]): readonly Step[] {
  // What a watch lists at its start is old.
  if (event.kind !== 'Event' || event.change !== 'ADDED') return [];
  return kubeletSteps(event.object, { toldNs: event.atNs, written: event }, victims);
}

const REASONS: Readonly<Record<string, MilestoneName>> = {
  Killing: 'termination-started',
  FailedPreStopHook: 'prestop-failed',
};

interface EventTimes {
  /** When the API server, or the watch, was told of it. */
  readonly toldNs: number;
  /** When it was recorded; `null`: it was refused. */
  readonly written: { readonly atNs: number; readonly uncertaintyNs: number } | null;
}

function kubeletSteps(
  object: Readonly<Record<string, unknown>>,
  { toldNs, written }: EventTimes,
  victims: readonly Victim[],
): readonly Step[] {
  const reason = asText(object['reason']);
  const about = asRecord(object['involvedObject'] ?? object['regarding']);
  const victim = victims.find(({ uid }) => uid === about['uid']);
  if (reason === null || victim === undefined) return [];
  const container = /\{(.+)\}/.exec(asText(about['fieldPath']) ?? '')?.[1] ?? null;
  const name = REASONS[reason];
  return [
    ...(written === null
      ? []
      : [
          {
            name: 'event-recorded' as const,
            victim,
            container,
            atNs: written.atNs,
            uncertaintyNs: written.uncertaintyNs,
            detail: reason,
          },
        ]),
    ...(name === undefined ? [] : [{ name, victim, container, atNs: toldNs }]),
  ];
}
