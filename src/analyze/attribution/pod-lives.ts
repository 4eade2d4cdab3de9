import { milestoneKind, type Milestone, type MilestoneName } from '../../model/milestone.ts';
import type { ContainerStart, ContainerStarts } from '../objects/container-starts.ts';
import { hooksOf } from '../objects/container-specs.ts';
import type { ObjectSighting } from '../objects/object-sightings.ts';
import { orderOf } from '../times/order-of.ts';
import type { ListenerEnds } from './listener-ends.ts';
import type { KnownPod, PodBook } from '../objects/pod-book.ts';
import { asRecord } from '../objects/read-json.ts';
import type { ServingContainers } from '../objects/serving-containers.ts';

/** The steps of one Pod's end or beginning that attribution asks for, as they concern one moment. */
export interface PodLife {
  /** The first sign that the Pod, or the container that serves, was going: a delete, a deletionTimestamp, a stop signal. */
  readonly goingSince: Milestone | null;
  /** The Pod's own end had begun: it is not only one of its containers that stops. */
  readonly podGoing: Milestone | null;
  /** The first that told the app itself: a signal, a preStop hook that runs in it, a readiness that it gave up. */
  readonly toldSince: Milestone | null;
  readonly listenerClosed: Milestone | null;
  /** The container that answers the requests; `null`: of several nobody knows which. */
  readonly serving: string | null;
  /** The serving container had been started anew by then. */
  readonly restarted: ContainerStart | null;
  /** Its first process's end, by the best source; of each container, where it is not known which one serves. */
  readonly exits: readonly Milestone[];
  readonly killed: Milestone | null;
  /** Its address stopped to be reachable; `null` also where something that came later shows that it cannot be so. */
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
  /** All its milestones, of all its containers. */
  readonly all: readonly Milestone[];
}

/** What is known of the containers of all Pods. */
export interface Containers {
  readonly serving: ServingContainers;
  readonly starts: ContainerStarts;
  readonly listeners: ListenerEnds;
}

/** What milestones and objects tell of each Pod, by uid. */
export class PodLives {
  readonly #milestones: ReadonlyMap<string, readonly Milestone[]>;
  readonly #staying = new Map<string, { readonly atNs: number; readonly eventId: number }>();
  readonly #lives = new Map<string, PodLife>();
  readonly #book: PodBook;
  readonly #serving: ServingContainers;
  readonly #starts: ContainerStarts;
  readonly #listeners: ListenerEnds;

  constructor(
    milestones: readonly Milestone[],
    sightings: readonly ObjectSighting[],
    book: PodBook,
    { serving, starts, listeners }: Containers,
  ) {
    this.#listeners = listeners;
    this.#book = book;
    this.#serving = serving;
    this.#starts = starts;
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

  /** The Pod's life for whatever happened at that time: what befell a container before it was started anew is over. */
  at(uid: string, atNs: number): PodLife {
    const pod = this.#book.byUid(uid);
    const serving = pod === undefined ? null : this.#serving.of(pod);
    const restarted = serving === null ? null : this.#starts.restartBefore(uid, serving, atNs);
    const closedThen = this.#listeners.closedAt(uid, atNs);
    const key = `${uid} ${restarted?.containerId ?? ''} ${closedThen?.eventId ?? ''}`;
    const known = this.#lives.get(key);
    if (known !== undefined) return known;
    const life = this.#lifeOf(uid, pod, serving, restarted, closedThen);
    this.#lives.set(key, life);
    return life;
  }

  #lifeOf(
    uid: string,
    pod: KnownPod | undefined,
    serving: string | null,
    restarted: ContainerStart | null,
    closedThen: Milestone | null,
  ): PodLife {
    const all = this.#milestones.get(uid) ?? [];
    const isOver = ({ name, container, atNs }: Milestone): boolean =>
      restarted !== null &&
      milestoneKind(name).endsWithContainer === true &&
      (container ?? serving) === serving &&
      atNs < restarted.atNs;
    const own = all.filter((milestone) => !isOver(milestone));
    const first = (...names: readonly MilestoneName[]): Milestone | null =>
      own.find(({ name }) => names.includes(name)) ?? null;
    const last = (name: MilestoneName): Milestone | null =>
      own.findLast((milestone) => milestone.name === name) ?? null;
    const goingSince =
      own.find(({ name, container }) => GOING.includes(name) && ofServing(container, serving)) ?? null;
    const exits = exitsOf(own, serving);
    const listenerClosed = closedThen ?? last('listener-closed') ?? this.#listeners.closedIn(uid);
    return {
      goingSince,
      podGoing: first(...POD_GOING),
      toldSince: own.find((milestone) => tellsApp(milestone, pod, serving, goingSince)) ?? null,
      listenerClosed,
      serving,
      restarted,
      exits,
      killed: first('kill-sent'),
      released: releasedOf(first('network-released'), [
        ...exits,
        ...(listenerClosed === null ? [] : [listenerClosed]),
      ]),
      sandboxStopped: first('sandbox-stopped'),
      objectGone: first('pod-gone'),
      listening: first('replacement-listening'),
      ready: first('replacement-ready'),
      routed: first('replacement-routed'),
      drained: first('drained'),
      unused: first('slice-not-ready', 'slice-removed'),
      routesRemoved: own.filter(({ name }) => name === 'route-removed'),
      lastSeenStaying: this.#staying.get(uid) ?? null,
      all,
    };
  }
}

const POD_GOING: readonly MilestoneName[] = [
  'delete-received',
  'deletion-timestamp-seen',
  'termination-started',
  'slice-terminating',
];

const GOING: readonly MilestoneName[] = [
  ...POD_GOING,
  'prestop-started',
  'signal-sent',
  'signal-received',
  'kill-sent',
];

function ofServing(container: string | null, serving: string | null): boolean {
  return serving === null || container === null || container === serving;
}

/** A hook that only sleeps, what befalls another container, and a readiness lost before its end began tell the app nothing of it. */
function tellsApp(
  milestone: Milestone,
  pod: KnownPod | undefined,
  serving: string | null,
  goingSince: Milestone | null,
): boolean {
  const { name, container } = milestone;
  if (!ofServing(container, serving)) return false;
  if (name === 'prestop-started') return hookRunsIn(milestone, pod, container ?? serving ?? '');
  if (name === 'readiness-flipped') {
    return goingSince !== null && orderOf(milestone, goingSince) !== 'before';
  }
  return name === 'signal-sent' || name === 'signal-received';
}

/** The preStop hook that began runs in that container, or asks it: it can tell the app of its end, or end it. */
export function hookRunsIn(
  { source }: Milestone,
  pod: Pick<KnownPod, 'object'> | undefined,
  container: string,
): boolean {
  const { preStop } = hooksOf(pod?.object ?? {}, container);
  return source === 'app-log' || preStop === 'exec' || preStop === 'httpGet';
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

/** A network outlives what runs in it: one that was released before is stamped by a clock that was wrong. */
function releasedOf(released: Milestone | null, within: readonly Milestone[]): Milestone | null {
  if (released === null) return null;
  const exact = within.filter(({ source }) => source === 'kernel-trace' || source === 'app-log');
  return exact.some((step) => orderOf(released, step) === 'before') ? null : released;
}
