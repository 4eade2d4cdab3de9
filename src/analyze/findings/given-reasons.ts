import type { HistoryEvent } from '../../model/history-event.ts';
import { asQuote, podWarnings, type PodWarning } from '../objects/pod-warnings.ts';
import type { PodObject, PodsAsOf } from '../objects/pods-as-of.ts';
import { asList, asRecord, asText } from '../objects/read-json.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/** Why something did not come about, in the words of who was asked for it. */
export interface GivenReason {
  /** E.g. `the scheduler says of Pod web-b: “0/2 nodes are available: …”`, without a full stop. */
  readonly words: string;
  readonly eventIds: readonly number[];
}

/** Kinds of objects that make Pods: what their controllers cannot do, they say in Events. */
const OWNERS: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job']);
/** More would repeat themselves. */
const MOST = 3;

/**
 * What scheduler, controllers and kubelets say of Pods that were not Ready when the load was stopped (or the clean-up
 * began), and of Pods that could not be made since the disruption: each reason once.
 */
export function givenReasons(
  events: readonly HistoryEvent[],
  pods: PodsAsOf,
  { disruptionNs, loadStoppedNs, cleanUpNs }: TrialMoments,
): readonly GivenReason[] {
  if (disruptionNs === null) return [];
  const untilNs = loadStoppedNs ?? cleanUpNs ?? Infinity;
  const warnings = podWarnings(events).filter(({ atNs }) => atNs >= disruptionNs && atNs < untilNs);
  const ofPods = pods.there(untilNs).flatMap((pod) => ofPod(pod, warnings));
  const ofOwners = warnings
    .filter(({ kind }) => OWNERS.has(kind))
    .map((warning) => quoted(`${warning.kind} ${warning.name}`, warning));
  const unique = new Map([...ofPods, ...ofOwners].map((reason) => [reason.words, reason]));
  return [...unique.values()].slice(0, MOST);
}

function ofPod({ uid, name, object }: PodObject, warnings: readonly PodWarning[]): readonly GivenReason[] {
  const status = asRecord(object['status']);
  const condition = (type: string): Readonly<Record<string, unknown>> =>
    asList(status['conditions'])
      .map(asRecord)
      .find((each) => each['type'] === type) ?? {};
  const metadata = asRecord(object['metadata']);
  if (typeof metadata['deletionTimestamp'] === 'string') {
    const finalizers = asList(metadata['finalizers']).map(String);
    return finalizers.length === 0
      ? []
      : [{ words: `Pod ${name} waits for its finalizers: ${finalizers.join(', ')}`, eventIds: [] }];
  }
  if (condition('Ready')['status'] === 'True') return [];
  const unscheduled = condition('PodScheduled');
  const message = asText(unscheduled['message']);
  if (unscheduled['status'] === 'False' && message !== null) {
    return [{ words: `the scheduler says of Pod ${name}: “${asQuote(message)}”`, eventIds: [] }];
  }
  const waiting = asList(status['containerStatuses'])
    .map((each) => asRecord(asRecord(asRecord(each)['state'])['waiting']))
    .find((each) => asText(each['message']) !== null);
  if (waiting !== undefined) {
    const why = `${asText(waiting['reason']) ?? 'waiting'}: ${asQuote(asText(waiting['message']) ?? '')}`;
    return [{ words: `the kubelet says of Pod ${name}: “${why}”`, eventIds: [] }];
  }
  const newest = warnings.findLast((warning) => warning.uid === uid);
  return newest === undefined ? [] : [quoted(`Pod ${name}`, newest)];
}

function quoted(about: string, { reporter, message, eventId }: PodWarning): GivenReason {
  return { words: `${reporter} says of ${about}: “${message}”`, eventIds: [eventId] };
}
