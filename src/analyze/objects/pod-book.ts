import type { HistoryEvent } from '../../model/history-event.ts';
import type { Victim } from '../../model/trial-record.ts';
import type { ObjectSighting } from './object-sightings.ts';
import { podView } from './pod-view.ts';
import { asRecord } from './read-json.ts';

/** What is known of a Pod's identity from all sightings of it. */
export interface KnownPod {
  readonly uid: string;
  readonly name: string;
  readonly node: string | null;
  readonly podIP: string | null;
  /** When it got that address, ns, as far as anybody saw; `-Infinity` of a victim. */
  readonly addressSinceNs: number;
  /** First time that anybody saw it, ns; `-Infinity` where it was there before the observation began. */
  readonly firstSeenNs: number;
  /** The removal of the object, ns; `Infinity` where nobody saw it. */
  readonly goneNs: number;
  /** Container id → container name. The sandbox is not among them. */
  readonly containers: ReadonlyMap<string, string>;
  /** Newest version of the object that is whole. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** Finds Pods by what events call them: uid, name, address, container. */
export class PodBook {
  readonly pods: readonly KnownPod[];
  readonly #byUid: ReadonlyMap<string, KnownPod>;
  readonly #byName: ReadonlyMap<string, readonly KnownPod[]>;
  readonly #byAddress: ReadonlyMap<string, readonly KnownPod[]>;
  readonly #byContainer: ReadonlyMap<string, KnownPod>;
  readonly #disruptionNs: number;

  /** Where nothing was disrupted (`disruptionNs` is null) no Pod is new. */
  constructor(
    sightings: readonly ObjectSighting[],
    victims: readonly Victim[],
    events: readonly HistoryEvent[],
    disruptionNs: number | null,
  ) {
    this.#disruptionNs = disruptionNs ?? Infinity;
    this.pods = withAddressTimes(collect(sightings, victims), events);
    this.#byUid = new Map(this.pods.map((pod) => [pod.uid, pod]));
    this.#byName = Map.groupBy(this.pods, ({ name }) => name);
    this.#byAddress = Map.groupBy(
      this.pods.filter(({ podIP }) => podIP !== null).toSorted((a, b) => a.addressSinceNs - b.addressSinceNs),
      ({ podIP }) => podIP ?? '',
    );
    this.#byContainer = new Map(
      this.pods.flatMap((pod) => [...pod.containers.keys()].map((id) => [id, pod] as const)),
    );
  }

  byUid(uid: string): KnownPod | undefined {
    return this.#byUid.get(uid);
  }

  /** A name is used again only by a StatefulSet: then the Pod that lived at that time. */
  byName(name: string, atNs: number): KnownPod | undefined {
    const [only, ...others] = this.#byName.get(name) ?? [];
    if (only === undefined || others.length === 0) return only;
    return [only, ...others]
      .toSorted((a, b) => b.firstSeenNs - a.firstSeenNs)
      .find(({ firstSeenNs, goneNs }) => firstSeenNs <= atNs && atNs < goneNs);
  }

  /** More than one Pod is known to have had this name. */
  isSharedName(name: string): boolean {
    return (this.#byName.get(name)?.length ?? 0) > 1;
  }

  /** The Pod that had the address at that time: until another has it, the last one, also when it is gone. */
  byAddress(address: string, atNs: number): KnownPod | undefined {
    const owners = this.#byAddress.get(address) ?? [];
    return owners.findLast(({ addressSinceNs }) => addressSinceNs <= atNs) ?? owners[0];
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
}

/**
 * A Pod's status names its address some time after the network gave it. Where another had it before, it is the new
 * one's from the moment it came up again, or else from when it was released by the old one: up to then what is seen
 * of the address is still the old one's.
 */
function withAddressTimes(pods: readonly KnownPod[], events: readonly HistoryEvent[]): readonly KnownPod[] {
  const changes = Map.groupBy(
    events.filter((event) => event.type === 'pod-network'),
    ({ podIP }) => podIP,
  );
  return pods.map((pod) => {
    const { podIP, firstSeenNs, addressSinceNs } = pod;
    if (podIP === null || addressSinceNs === -Infinity) return pod;
    const before = changes.get(podIP)?.filter(({ atNs }) => atNs <= addressSinceNs) ?? [];
    const up = before.findLast(({ change, atNs }) => change === 'up' && atNs >= firstSeenNs);
    const handedOver = up ?? before.findLast(({ change }) => change === 'released');
    if (handedOver === undefined) return pod;
    return { ...pod, addressSinceNs: Math.max(handedOver.atNs, firstSeenNs) };
  });
}

function collect(sightings: readonly ObjectSighting[], victims: readonly Victim[]): readonly KnownPod[] {
  interface Draft {
    uid: string;
    name: string;
    node: string | null;
    podIP: string | null;
    addressSinceNs: number;
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
      addressSinceNs: Infinity,
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
    draft.addressSinceNs = -Infinity;
  }
  for (const sighting of sightings) {
    if (sighting.kind !== 'Pod' || sighting.uid === '') continue;
    const pod = podView(sighting);
    const draft = draftOf(pod.uid, pod.name, sighting.change === 'ADDED' ? sighting.atNs : -Infinity);
    draft.node ??= pod.node;
    if (draft.podIP === null && pod.podIP !== null) {
      draft.podIP = pod.podIP;
      draft.addressSinceNs = sighting.atNs;
    }
    for (const [id, name] of pod.containers) draft.containers.set(id, name);
    if (sighting.change === 'DELETED') draft.goneNs = Math.min(draft.goneNs, sighting.atNs);
    if ('containers' in asRecord(sighting.object['spec'])) draft.object = sighting.object;
  }
  return [...drafts.values()];
}
