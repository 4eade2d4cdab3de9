import type { HistoryEvent } from '../model/history-event.ts';
import type { Victim } from '../model/trial-record.ts';
import type { ObjectSighting } from './object-sightings.ts';
import { podView } from './pod-view.ts';
import { asRecord } from './read-json.ts';

/** What is known of a Pod's identity from all sightings of it. */
export interface KnownPod {
  readonly uid: string;
  readonly name: string;
  readonly node: string | null;
  readonly podIP: string | null;
  /** First time that anybody saw it, ns; `-Infinity` where it was there before the observation began. */
  readonly firstSeenNs: number;
  /** The removal of the object, ns; `Infinity` where nobody saw it. */
  readonly goneNs: number;
  /** Container id → container name. The sandbox is not among them. */
  readonly containers: ReadonlyMap<string, string>;
  /** Newest version of the object that is whole. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** An address is handed out again some time after its Pod is gone; until then it means the one that had it. */
const ADDRESS_LINGERS_NS = 60e9;

/** Finds Pods by what events call them: uid, name, address, process. */
export class PodBook {
  readonly pods: readonly KnownPod[];
  readonly #byUid: ReadonlyMap<string, KnownPod>;
  readonly #byName: ReadonlyMap<string, readonly KnownPod[]>;
  readonly #byAddress: ReadonlyMap<string, readonly KnownPod[]>;
  readonly #byContainer: ReadonlyMap<string, KnownPod>;
  readonly #mainPids: ReadonlyMap<number, string>;
  readonly #disruptionNs: number;

  /** Where nothing was disrupted (`disruptionNs` is null) no Pod is new. */
  constructor(
    sightings: readonly ObjectSighting[],
    victims: readonly Victim[],
    events: readonly HistoryEvent[],
    disruptionNs: number | null,
  ) {
    this.#disruptionNs = disruptionNs ?? Infinity;
    this.pods = collect(sightings, victims);
    this.#byUid = new Map(this.pods.map((pod) => [pod.uid, pod]));
    this.#byName = Map.groupBy(this.pods, ({ name }) => name);
    this.#byAddress = Map.groupBy(
      this.pods.filter(({ podIP }) => podIP !== null),
      ({ podIP }) => podIP ?? '',
    );
    this.#byContainer = new Map(
      this.pods.flatMap((pod) => [...pod.containers.keys()].map((id) => [id, pod] as const)),
    );
    this.#mainPids = new Map(
      events.flatMap((event) =>
        event.type === 'process-facts' ? [[event.pid, event.container.containerId] as const] : [],
      ),
    );
  }

  byUid(uid: string): KnownPod | undefined {
    return this.#byUid.get(uid);
  }

  /** A name is used again only by a StatefulSet: then the Pod that lived at that time. */
  byName(name: string, atNs: number): KnownPod | undefined {
    return livingAt(this.#byName.get(name) ?? [], atNs);
  }

  byAddress(address: string, atNs: number): KnownPod | undefined {
    return livingAt(this.#byAddress.get(address) ?? [], atNs);
  }

  isPodAddress(address: string): boolean {
    return this.#byAddress.has(address);
  }

  /** Name of one of the Pod's own containers; `undefined` for its sandbox and for what is not known. */
  containerName(podUid: string, containerId: string): string | undefined {
    return this.#byUid.get(podUid)?.containers.get(containerId);
  }

  /** The Pod with that container, as its status names it. */
  byContainer(containerId: string): KnownPod | undefined {
    return this.#byContainer.get(containerId);
  }

  /** A Pod that was not there before the disruption. */
  isNew(pod: KnownPod): boolean {
    return pod.firstSeenNs > this.#disruptionNs;
  }

  /** The container whose process 1 this was, if /proc was read while it lived. */
  mainPidContainer(pid: number): string | undefined {
    return this.#mainPids.get(pid);
  }
}

function collect(sightings: readonly ObjectSighting[], victims: readonly Victim[]): readonly KnownPod[] {
  interface Draft {
    uid: string;
    name: string;
    node: string | null;
    podIP: string | null;
    firstSeenNs: number;
    goneNs: number;
    containers: Map<string, string>;
    object: Readonly<Record<string, unknown>>;
  }
  const drafts = new Map<string, Draft>();
  const draftOf = (uid: string, name: string, atNs: number): Draft => {
    const draft = drafts.get(uid) ?? {
      uid,
      name,
      node: null,
      podIP: null,
      firstSeenNs: atNs,
      goneNs: Infinity,
      containers: new Map<string, string>(),
      object: {},
    };
    drafts.set(uid, draft);
    return draft;
  };
  for (const victim of victims) {
    const draft = draftOf(victim.uid, victim.name, -Infinity);
    draft.node = victim.node;
    draft.podIP = victim.podIP;
  }
  for (const sighting of sightings) {
    if (sighting.kind !== 'Pod' || sighting.uid === '') continue;
    const pod = podView(sighting);
    const draft = draftOf(pod.uid, pod.name, sighting.change === 'ADDED' ? sighting.atNs : -Infinity);
    draft.node ??= pod.node;
    draft.podIP ??= pod.podIP;
    for (const [id, name] of pod.containers) draft.containers.set(id, name);
    if (sighting.change === 'DELETED') draft.goneNs = Math.min(draft.goneNs, sighting.atNs);
    if ('containers' in asRecord(sighting.object['spec'])) draft.object = sighting.object;
  }
  return [...drafts.values()];
}

function livingAt(pods: readonly KnownPod[], atNs: number): KnownPod | undefined {
  if (pods.length <= 1) return pods[0];
  return pods
    .filter((pod) => atNs < pod.goneNs + ADDRESS_LINGERS_NS)
    .toSorted((a, b) => b.firstSeenNs - a.firstSeenNs)
    .find((pod) => pod.firstSeenNs <= atNs);
}
