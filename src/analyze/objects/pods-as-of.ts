import type { Victim } from '../../model/trial-record.ts';
import type { TrialMoments } from '../times/trial-moments.ts';
import type { ObjectSighting } from './object-sightings.ts';
import { asRecord } from './read-json.ts';

/** A Pod as it was at one moment. */
export interface PodObject {
  readonly uid: string;
  readonly name: string;
  /** The newest version of the object that was whole then. */
  readonly object: Readonly<Record<string, unknown>>;
}

/**
 * The Pods of a trial as they were at the moment that is judged, never as they were later. What the trial's own clean-up
 * does to them is no evidence of anything (Pods whose owner it deletes lose their `ownerReferences`): no moment is later
 * than its beginning.
 */
export class PodsAsOf {
  readonly #versions = new Map<string, Version[]>();
  readonly #endNs: number;

  /** @param cleanUpNs when the clean-up began; `null` where it never did */
  constructor(sightings: readonly ObjectSighting[], cleanUpNs: number | null) {
    this.#endNs = cleanUpNs ?? Infinity;
    for (const { kind, change, uid, name, object, atNs } of sightings) {
      if (kind !== 'Pod' || uid === '' || atNs >= this.#endNs) continue;
      const whole = 'containers' in asRecord(object['spec']);
      const versions = this.#versions.get(uid) ?? [];
      this.#versions.set(uid, versions);
      versions.push({ atNs, isNew: change === 'ADDED', gone: change === 'DELETED', name, object, whole });
    }
  }

  /** One Pod, also when it is gone: as it was last. `undefined` where it was never seen whole until then. */
  of(uid: string, atNs = Infinity): PodObject | undefined {
    const versions = this.#versions.get(uid) ?? [];
    const known = versions.filter(({ whole }) => whole);
    const newest = known.findLast((version) => version.atNs <= atNs);
    // What is first seen in a list was there before.
    const version = newest ?? (versions[0]?.isNew === true ? undefined : known[0]);
    return version && { uid, name: version.name, object: version.object };
  }

  /** All that were there at that moment, in the order in which they were first seen. */
  there(atNs: number): readonly PodObject[] {
    return [...this.#versions].flatMap(([uid, versions]) => {
      const [first] = versions;
      const began = first !== undefined && (!first.isNew || first.atNs <= atNs);
      const ended = versions.some((version) => version.gone && version.atNs <= atNs);
      const pod = began && !ended ? this.of(uid, atNs) : undefined;
      return pod === undefined ? [] : [pod];
    });
  }
}

interface Version {
  readonly atNs: number;
  readonly isNew: boolean;
  readonly gone: boolean;
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly whole: boolean;
}

/**
 * The Pod that stands for all of a strategy's, as it was when it was disrupted: they are alike. A victim where there is
 * one, else the first that was there.
 */
export function subjectPod(
  pods: PodsAsOf,
  victims: readonly Victim[],
  { disruptionNs }: TrialMoments,
): PodObject | undefined {
  const atNs = disruptionNs ?? Infinity;
  const there = pods.there(atNs);
  return there.find(({ uid }) => victims.some((victim) => victim.uid === uid)) ?? there[0];
}
