import { NS_PER_MS } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { Finding } from '../../model/verdict.ts';
import { formatMs } from '../words/format-figures.ts';
import type { JudgedTrial } from './judged-trial.ts';
import { orderOf } from '../times/order-of.ts';
import { lastWarning } from '../objects/pod-warnings.ts';
import { serviceOutages, type ServiceOutage } from '../objects/service-outages.ts';
import type { EndpointView } from '../objects/slice-view.ts';

type Input = Pick<JudgedTrial, 'events' | 'milestones' | 'moments' | 'sightings' | 'victims'>;

/**
 * What took the last Pod out of use. While no other is ready, nodes go on sending to one that terminates, as long as it
 * is ready itself: a Pod that fails its readiness although it serves on takes the Service away for nothing. So does one
 * that was not to go at all, and failed its readiness under the load of those that went.
 */
export function lastPodFindings(input: Input): readonly Finding[] {
  const { moments, sightings } = input;
  return serviceOutages(sightings, moments).map((outage): Finding => {
    const until = `to ${sinceDisruption(outage.toNs, input)}${outage.over ? '' : ', when the load was stopped'}`;
    const when = `There was no Pod to send to from ${sinceDisruption(outage.fromNs, input)} ${until}.`;
    const reasons = outage.last.flatMap((endpoint) => reasonOf(endpoint, outage, input) ?? []);
    return {
      code: 'shutdown-nobody-left',
      severity: 'warning',
      message: [when, ...reasons.map(({ sentence }) => sentence)].join(' '),
      eventIds: [...outage.eventIds, ...reasons.flatMap(({ eventIds }) => eventIds)],
    };
  });
}

interface Reason {
  readonly sentence: string;
  readonly eventIds: readonly number[];
}

/** Why one of the last Pods was no longer sent to, although it was there; `null` where that was not seen. */
function reasonOf(endpoint: EndpointView, outage: ServiceOutage, input: Input): Reason | null {
  const { podUid, podName } = endpoint;
  if (podUid === null || podName === null) return null;
  if (input.victims.some(({ uid }) => uid === podUid)) return ofVictim(podUid, podName, outage, input);
  const warning = lastWarning(input.events, podUid, outage.fromNs + outage.uncertaintyNs, 'Unhealthy');
  const quote = warning === null ? '' : ` (“${warning.message}”)`;
  return {
    sentence: `Pod ${podName}, which was not to go, was no longer ready${quote}.`,
    eventIds: warning === null ? [] : [warning.eventId],
  };
}

/** `null` unless it was seen to serve on when it was no longer sent to. */
function ofVictim(
  podUid: string,
  podName: string,
  { fromNs, uncertaintyNs }: ServiceOutage,
  input: Input,
): Reason | null {
  const own = input.milestones.filter((each) => each.podUid === podUid);
  const first = (...names: readonly MilestoneName[]): Milestone | undefined =>
    names.map((name) => own.find((each) => each.name === name)).find((each) => each !== undefined);
  const until = first('listener-closed', 'process-exited', 'exiting', 'signal-sent');
  const unready = first('slice-not-serving');
  if (until === undefined || unready === undefined) return null;
  if (orderOf({ atNs: fromNs, uncertaintyNs }, until) !== 'before') return null;
  if (unready.atNs > fromNs + uncertaintyNs) return null;
  const probe = own.findLast(({ name, detail }) => name === 'probe-failed' && detail === 'Readiness');
  const failed = probe !== undefined && orderOf(probe, unready) !== 'after';
  const cause = failed ? 'by its failing readiness probe' : 'because it was no longer ready';
  const served = until.name === 'listener-closed' ? 'listened' : 'ran';
  return {
    sentence: `Pod ${podName}, the last one, was taken out ${cause}, although it ${served} until ${sinceDisruption(until.atNs, input)}. It need not have been: while no other Pod is ready, one that terminates is sent to as long as it stays ready.`,
    eventIds: [failed ? probe : undefined, until].flatMap((step) =>
      step?.eventId == null ? [] : [step.eventId],
    ),
  };
}

function sinceDisruption(atNs: number, { moments }: Input): string {
  return `+${formatMs((atNs - (moments.disruptionNs ?? 0)) / NS_PER_MS)}`;
}
