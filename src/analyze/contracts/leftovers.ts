import type { ContractResult } from '../../model/contract.ts';
import { disruptsApp } from '../../model/disrupts-app.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { formatMs } from '../words/format-figures.ts';
import { isOwnedBy, podClaims } from '../objects/volume-claims.ts';
import { mainContainers, result, stepOf, type VictimEvidence } from './victim-evidence.ts';

/** A garbage collector that works takes a second or two. */
const PATIENCE_MS = 10_000;

/** The logs of a Pod's containers can be read to their end; only then are they gone, with the Pod. */
export function logUntilTheEnd(evidence: VictimEvidence): readonly ContractResult[] {
  return mainContainers(evidence).map((container) => {
    const complete = stepOf(evidence, 'log-complete', container);
    const gone = stepOf(evidence, 'log-gone', container);
    const say = (state: ContractResult['state'], message: string) =>
      result(evidence, 'log-until-the-end', state, message, [complete, gone], container);
    if (complete !== undefined) {
      return say(
        'held',
        gone === undefined
          ? 'Its log was read to its end.'
          : 'Its log was read to its end, then it was gone.',
      );
    }
    return gone === undefined
      ? say('not-observed', 'Its log was not read to its end.')
      : say('broken', 'Its log was gone before it could be read to its end.');
  });
}

/** Deleting a Pod deletes none of the volume claims that it names: only its owner's policy does. */
export function claimsStay(evidence: VictimEvidence): readonly ContractResult[] {
  const { events, victim, record } = evidence;
  const claims = podClaims(events, victim.uid);
  if (claims.length === 0 || !disruptsApp(record.trial.disruption)) return [];
  const deleted = stepOf(evidence, 'claim-deleted');
  const words =
    deleted === undefined
      ? `Its claims stayed: ${claims.join(', ')}.`
      : `The claim ${deleted.detail ?? ''} was deleted with it.`;
  return [result(evidence, 'claims-stay', deleted === undefined ? 'held' : 'broken', words, [deleted])];
}

/** What a Pod owns is taken by the garbage collector once the Pod is gone. */
export function dependentsGo(evidence: VictimEvidence): readonly ContractResult[] {
  const { events, victim } = evidence;
  const owned = events.find(
    (event) =>
      event.type === 'object' &&
      event.kind === 'PersistentVolumeClaim' &&
      isOwnedBy(event.object, victim.uid),
  );
  if (owned?.type !== 'object') return [];
  const taken = stepOf(evidence, 'dependent-collected');
  const gone = stepOf(evidence, 'pod-gone');
  const say = (state: ContractResult['state'], message: string) =>
    result(evidence, 'dependents-go', state, message, [gone, taken]);
  if (gone === undefined) return [say('not-observed', 'Nobody saw the Pod go.')];
  if (taken === undefined) {
    const until =
      events.find((event) => event.type === 'phase' && event.phase === 'clean-up')?.atNs ?? gone.atNs;
    const waitedMs = (until - gone.atNs) / NS_PER_MS;
    const words = `The claim ${owned.name} was still there ${formatMs(waitedMs)} after the Pod.`;
    return [say(waitedMs > PATIENCE_MS ? 'broken' : 'not-observed', words)];
  }
  const after = formatMs((taken.atNs - gone.atNs) / NS_PER_MS);
  const words = `The ${taken.detail ?? 'claim'} was gone ${after} after the Pod.`;
  return [say('held', words)];
}

/** The record in etcd goes when the object does. Where etcd was not watched there is nothing to say. */
export function recordGoesWithObject(evidence: VictimEvidence): readonly ContractResult[] {
  const { events, victim } = evidence;
  const record = stepOf(evidence, 'record-gone');
  const gone = stepOf(evidence, 'pod-gone');
  if (gone === undefined || !events.some(({ type }) => type === 'record-gone')) return [];
  const say = (state: ContractResult['state'], message: string) =>
    result(evidence, 'record-goes-with-object', state, message, [record, gone]);
  const blind = events.some(({ type, source }) => type === 'observation-gap' && source === 'etcd');
  if (record === undefined) {
    return blind
      ? [say('not-observed', 'etcd was not watched all the time.')]
      : [say('broken', `The object was gone, and its record (${victim.name}) was not deleted from etcd.`)];
  }
  const apart = formatMs(Math.abs(record.atNs - gone.atNs) / NS_PER_MS);
  return [say('held', `Its record was deleted from etcd; the news of both came ${apart} apart.`)];
}
