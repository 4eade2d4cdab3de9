import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { ObjectSighting } from '../object-sightings.ts';
import { hooksOf } from '../hooks-of.ts';
import type { KnownPod, PodBook } from '../pod-book.ts';
import { asRecord } from '../read-json.ts';
import type { ServingContainers } from '../serving-containers.ts';

/** The steps of one Pod's end or beginning that attribution asks for. */
export interface PodLife {
  /** The first sign that the Pod was going: its delete received, a deletionTimestamp, a stop signal. */
  readonly goingSince: Milestone | null;
  /** The first that told the app itself: a signal, a preStop hook that runs in it, a readiness that it gave up. */
  readonly toldSince: Milestone | null;
  readonly listenerClosed: Milestone | null;
  /** The container that answers the requests; `null`: of several nobody knows which. */
  readonly serving: string | null;
  /** Its process's end, by the best source; of each container, where it is not known which one serves. */
  readonly exits: readonly Milestone[];
  readonly killed: Milestone | null;
  /** Its address stopped to be reachable. */
  readonly released: Milestone | null;
  /** The runtime says that its sandbox ended, and with it the network; it tells so from afar. */
  readonly sandboxStopped: Milestone | null;
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

  readonly #book: PodBook;
  readonly #serving: ServingContainers;

  constructor(
    milestones: readonly Milestone[],
    sightings: readonly ObjectSighting[],
    book: PodBook,
    serving: ServingContainers,
  ) {
    this.#book = book;
    this.#serving = serving;
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
    const pod = this.#book.byUid(uid);
    const serving = pod === undefined ? null : this.#serving.of(pod);
    const first = (...names: readonly MilestoneName[]): Milestone | null =>
      own.find(({ name }) => names.includes(name)) ?? null;
    const last = (name: MilestoneName): Milestone | null =>
      own.findLast((milestone) => milestone.name === name) ?? null;
    return {
      goingSince: first(...GOING),
      toldSince: own.find((milestone) => tellsApp(milestone, pod, serving)) ?? null,
      listenerClosed: last('listener-closed'),
      serving,
      exits: exitsOf(own, serving),
      killed: first('kill-sent'),
      released: first('network-released'),
      sandboxStopped: first('sandbox-stopped'),
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

/** A hook that only sleeps, and what befalls another container, the app knows nothing of. */
function tellsApp(
  { name, container, source }: Milestone,
  pod: KnownPod | undefined,
  serving: string | null,
): boolean {
  if (serving !== null && container !== null && container !== serving) return false;
  if (name === 'prestop-started') {
    const { preStop } = hooksOf(pod?.object ?? {}, container ?? serving ?? '');
    return source === 'app-log' || preStop === 'exec' || preStop === 'httpGet';
  }
  return name === 'signal-sent' || name === 'signal-received' || name === 'readiness-flipped';
}

/** The process's own end where somebody saw it, else the app's last word, else the container's status. */
function exitsOf(own: readonly Milestone[], serving: string | null): readonly Milestone[] {
  const ofServing = own.filter(({ container }) => serving === null || container === serving);
  for (const name of ['process-exited', 'exiting', 'container-terminated'] as const) {
    const found = ofServing.filter((milestone) => milestone.name === name);
    if (found.length > 0) return found;
  }
  return [];
}
