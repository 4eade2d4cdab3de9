import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { ObjectSighting } from '../object-sightings.ts';
import { asRecord } from '../read-json.ts';

/** The steps of one Pod's end or beginning that attribution asks for. */
export interface PodLife {
  /** The first sign that the Pod was going: its delete received, a deletionTimestamp, a stop signal. */
  readonly goingSince: Milestone | null;
  readonly listenerClosed: Milestone | null;
  /** Of each container, its process's end; the best source of each. */
  readonly exits: readonly Milestone[];
  readonly killed: Milestone | null;
  /** Its address stopped to be reachable. */
  readonly released: Milestone | null;
  readonly objectGone: Milestone | null;
  /** Of a new Pod: when it began to listen, and when it was Ready. */
  readonly listening: Milestone | null;
  readonly ready: Milestone | null;
  /** Of a new Pod: when the first node began to send to it. */
  readonly routed: Milestone | null;
  /** The app says that it had answered everything that it had accepted. */
  readonly drained: Milestone | null;
  /** Out of use in the EndpointSlices. */
  readonly unused: Milestone | null;
  readonly routesRemoved: readonly Milestone[];
  /** The last sighting that shows that until then the Pod object had no deletionTimestamp. */
  readonly lastSeenStaying: { readonly atNs: number; readonly eventId: number } | null;
}

/** What milestones and objects tell of each Pod, by uid. */
export class PodLives {
  readonly #milestones: ReadonlyMap<string, readonly Milestone[]>;
  readonly #staying = new Map<string, { readonly atNs: number; readonly eventId: number }>();
  readonly #lives = new Map<string, PodLife>();

  constructor(milestones: readonly Milestone[], sightings: readonly ObjectSighting[]) {
    this.#milestones = Map.groupBy(milestones, ({ podUid }) => podUid);
    const going = new Set<string>();
    for (const { kind, change, uid, object, atNs, eventId } of sightings) {
      const whole = kind === 'Pod' && 'containers' in asRecord(object['spec']);
      if (!whole || going.has(uid)) continue;
      if (change === 'DELETED' || 'deletionTimestamp' in asRecord(object['metadata'])) {
        going.add(uid);
        // A list comes after a time in which nothing was seen; a change comes when it is made.
        if (change === 'LISTED') continue;
      }
      this.#staying.set(uid, { atNs, eventId });
    }
  }

  of(uid: string): PodLife {
    const known = this.#lives.get(uid);
    if (known !== undefined) return known;
    const life = this.#lifeOf(uid);
    this.#lives.set(uid, life);
    return life;
  }

  #lifeOf(uid: string): PodLife {
    const own = this.#milestones.get(uid) ?? [];
    const first = (...names: readonly MilestoneName[]): Milestone | null =>
      own.find(({ name }) => names.includes(name)) ?? null;
    const last = (name: MilestoneName): Milestone | null =>
      own.findLast((milestone) => milestone.name === name) ?? null;
    return {
      goingSince: first(...GOING),
      listenerClosed: last('listener-closed'),
      exits: exitsOf(own),
      killed: first('kill-sent'),
      released: first('network-released') ?? first('sandbox-stopped'),
      objectGone: first('pod-gone'),
      listening: first('replacement-listening'),
      ready: first('replacement-ready'),
      routed: first('replacement-routed'),
      drained: first('drained'),
      unused: first('slice-not-ready', 'slice-removed'),
      routesRemoved: own.filter(({ name }) => name === 'route-removed'),
      lastSeenStaying: this.#staying.get(uid) ?? null,
    };
  }
}

const GOING: readonly MilestoneName[] = [
  'delete-received',
  'deletion-timestamp-seen',
  'termination-started',
  'prestop-started',
  'signal-sent',
  'signal-received',
  'kill-sent',
  'slice-terminating',
];

/** The process's own end where somebody saw it, else the app's last word, else the container's status. */
function exitsOf(own: readonly Milestone[]): readonly Milestone[] {
  for (const name of ['process-exited', 'exiting', 'container-terminated'] as const) {
    const found = own.filter((milestone) => milestone.name === name);
    if (found.length > 0) return found;
  }
  return [];
}
