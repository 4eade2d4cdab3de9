import type { ObjectSighting } from './object-sightings.ts';
import type { EndpointView } from './slice-view.ts';
import type { TrialMoments } from '../times/trial-moments.ts';
import { usableEndpoints, type UsableEndpoints } from './usable-endpoints.ts';

/** A time in which the EndpointSlices had no Pod to send to. */
export interface ServiceOutage {
  /** ± `uncertaintyNs`, both ends. */
  readonly fromNs: number;
  /** When there was one again, or when the load was stopped. */
  readonly toNs: number;
  readonly over: boolean;
  readonly uncertaintyNs: number;
  /** The Pods that were the last to be sent to. */
  readonly last: readonly EndpointView[];
  readonly eventIds: readonly number[];
}

/** Those between the disruption and the end of the load that are longer than it is known when they began and ended. */
export function serviceOutages(
  sightings: readonly ObjectSighting[],
  { disruptionNs, loadStoppedNs, cleanUpNs }: TrialMoments,
): readonly ServiceOutage[] {
  if (disruptionNs === null) return [];
  const endNs = loadStoppedNs ?? cleanUpNs ?? Infinity;
  const outages: ServiceOutage[] = [];
  let before: UsableEndpoints | undefined;
  let began: UsableEndpoints | undefined;
  let last: readonly EndpointView[] = [];
  const close = (end: UsableEndpoints | undefined): void => {
    if (began === undefined) return;
    const toNs = Math.min(end?.atNs ?? endNs, endNs);
    const uncertaintyNs = began.uncertaintyNs + (end?.uncertaintyNs ?? 0);
    const eventIds = [began.eventId, ...(end === undefined ? [] : [end.eventId])];
    if (toNs - began.atNs > uncertaintyNs) {
      outages.push({ fromNs: began.atNs, toNs, over: end !== undefined, uncertaintyNs, last, eventIds });
    }
    began = undefined;
  };
  for (const state of usableEndpoints(sightings)) {
    if (state.atNs >= endNs) break;
    if (state.usable.length > 0) close(state);
    else if (began === undefined && before !== undefined && state.atNs >= disruptionNs) {
      began = state;
      last = before.usable;
    }
    if (state.usable.length > 0) before = state;
  }
  close(undefined);
  return outages;
}
