import { disruptsApp } from '../../model/disrupts-app.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { Finding } from '../../model/verdict.ts';
import { formatMs } from '../words/format-figures.ts';
import type { JudgedTrial } from './judged-trial.ts';
import type { PodObject } from '../objects/pods-as-of.ts';
import { asList, asRecord, asText } from '../objects/read-json.ts';
import { serviceOutages } from '../objects/service-outages.ts';

type Input = Pick<JudgedTrial, 'pod' | 'record' | 'pods' | 'milestones' | 'moments' | 'sightings'>;

/**
 * A single replica. A trial begins only when exactly as many Pods as its workload's `spec.replicas` are there, so that
 * those of the same owner that live at the disruption are that number; whatever else is in the namespace does not count.
 */
export function replicaFindings(input: Input): readonly Finding[] {
  const { pod, record, pods, moments } = input;
  const { disruptionNs } = moments;
  if (pod === undefined || disruptionNs === null || !disruptsApp(record.trial.disruption)) return [];
  const owner = ownerOf(pod);
  const replicas = pods.there(disruptionNs).filter((each) => ownerOf(each) === owner);
  if (replicas.length !== 1) return [];
  const outages = serviceOutages(input.sightings, moments);
  // Where the trial itself says that it did not happen as planned, nothing of it is a measurement.
  const asPlanned = !record.findings.some(({ severity }) => severity === 'void');
  const bridged = asPlanned && outages.length === 0 && hasSlices(input);
  const seen = asPlanned ? ` Measured: ${measured(input, disruptionNs)}.` : '';
  const message = `There is a single replica: until its replacement is Ready, nobody but the Pod that goes can answer.${seen}`;
  return [
    {
      code: 'preflight-single-replica',
      severity: bridged ? 'info' : 'warning',
      message,
      eventIds: outages.flatMap(({ eventIds }) => eventIds),
    },
  ];
}

function hasSlices({ sightings }: Input): boolean {
  return sightings.some(({ kind }) => kind === 'EndpointSlice');
}

function measured(input: Input, disruptionNs: number): string {
  const { milestones, sightings, moments } = input;
  const ready = milestones.find(({ name }) => name === 'replacement-ready');
  const when =
    ready === undefined
      ? 'no replacement became Ready'
      : `the replacement was Ready ${formatMs((ready.atNs - disruptionNs) / NS_PER_MS)} after the disruption`;
  if (!hasSlices(input)) return when;
  const without = serviceOutages(sightings, moments).reduce(
    (sum, { fromNs, toNs }) => sum + (toNs - fromNs),
    0,
  );
  return without === 0
    ? `${when}, and there was a Pod to send to all the time`
    : `${when}, and for ${formatMs(without / NS_PER_MS)} there was no Pod to send to`;
}

/** UID of the controller that made the Pod; empty where none did, or the object was not seen. */
function ownerOf({ object }: PodObject): string {
  const owners = asList(asRecord(object['metadata'])['ownerReferences']).map(asRecord);
  return asText(owners.find((each) => each['controller'] === true)?.['uid']) ?? '';
}
