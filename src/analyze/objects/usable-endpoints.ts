import type { ObjectSighting } from './object-sightings.ts';
import { asRecord } from './read-json.ts';
import { endpointViews, type EndpointView } from './slice-view.ts';

/** Which Pods a Service had to send to, from one moment on. */
export interface UsableEndpoints {
  readonly atNs: number;
  readonly uncertaintyNs: number;
  readonly eventId: number;
  /** Ready ones; where none is, those that still serve while terminating: kube-proxy falls back on them. */
  readonly usable: readonly EndpointView[];
  /** Pods that are not going, were ready before, and are so no more, by uid. */
  readonly fallen: readonly string[];
}

/** What one EndpointSlice offers. */
interface Slice {
  readonly generation: number;
  readonly ready: readonly EndpointView[];
  readonly draining: readonly EndpointView[];
  readonly unready: readonly string[];
}

/** One state for each sighting of an EndpointSlice, in the order of time. `sightings`: of the app's own Service. */
export function usableEndpoints(sightings: readonly ObjectSighting[]): readonly UsableEndpoints[] {
  const slices = new Map<string, Slice>();
  const everReady = new Set<string>();
  const states: UsableEndpoints[] = [];
  for (const { kind, change, name, object, atNs, uncertaintyNs, eventId } of sightings) {
    if (kind !== 'EndpointSlice') continue;
    if (change === 'DELETED') slices.delete(name);
    else {
      const generation = Number(asRecord(object['metadata'])['generation'] ?? 0);
      // A watch delivers late what the audit log told before: the newer version stands.
      if (generation < (slices.get(name)?.generation ?? 0)) continue;
      const slice = sliceOf(generation, endpointViews(object));
      for (const { podUid } of slice.ready) if (podUid !== null) everReady.add(podUid);
      slices.set(name, slice);
    }
    const all = [...slices.values()];
    const ready = all.flatMap((slice) => slice.ready);
    states.push({
      ...{ atNs, uncertaintyNs, eventId },
      usable: ready.length > 0 ? ready : all.flatMap(({ draining }) => draining),
      fallen: all.flatMap(({ unready }) => unready.filter((uid) => everReady.has(uid))),
    });
  }
  return states;
}

function sliceOf(generation: number, views: readonly EndpointView[]): Slice {
  return {
    generation,
    ready: views.filter((view) => view.ready),
    draining: views.filter((view) => view.serving && view.terminating),
    unready: views.flatMap((view) =>
      view.ready || view.terminating || view.podUid === null ? [] : [view.podUid],
    ),
  };
}
