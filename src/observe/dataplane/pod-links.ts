/** One line of `ip -4 -ts -o monitor route link`. */
export interface LinkLine {
  /** When the ip command read the event from the kernel, ms since the epoch with fractions. */
  readonly wallMs: number;
  readonly text: string;
}

export interface PodNetworkChange {
  readonly change: 'up' | 'released';
  readonly podIP: string;
}

/** `198.18.0.5 dev veth9c5e6b46 scope host`: a host route to one Pod, as the CNI plugin ptp makes it. */
const HOST_ROUTE = /^(Deleted )?(\d+\.\d+\.\d+\.\d+) dev (\S+) /;
/** `5: vethe587534c@NONE: <BROADCAST,MULTICAST> mtu …`. */
const LINK = /^(Deleted )?\d+: ([^:@\s]+)(?:@[^:\s]+)?: <([^>]*)>/;

/** Splits the time off a line; `ip` must run with `TZ=UTC0`, for its stamps carry no zone. */
export function parseIpMonitor(line: string): LinkLine | null {
  const found = /^\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})\] (.*)$/.exec(line);
  if (found === null) return null;
  const [, second, micros, text = ''] = found;
  return { wallMs: Date.parse(`${second ?? ''}Z`) + Number(micros) / 1000, text };
}

/**
 * Which Pod addresses a node reaches by a host route, and by which link. When a Pod's network is torn down the link
 * goes down, and the kernel drops the routes over it without a word: the link tells, and its routes are remembered.
 */
export class PodLinks {
  readonly #addresses = new Map<string, Set<string>>();
  #everRouted = false;

  /** Whether any Pod address was ever reached by a host route. */
  get everRouted(): boolean {
    return this.#everRouted;
  }

  /** What a line of `ip monitor` (or of `ip route`, which lists) changes; nothing for most. */
  apply(text: string): PodNetworkChange[] {
    const route = HOST_ROUTE.exec(text);
    if (route !== null) return this.#onRoute(route[1] !== undefined, route[2] ?? '', route[3] ?? '');
    const link = LINK.exec(text);
    if (link === null) return [];
    const [, deleted, name = '', flags = ''] = link;
    const usable = deleted === undefined && flags.split(',').includes('UP');
    return usable ? [] : this.#release(name);
  }

  /**
   * Takes a fresh listing of `ip route` for the truth. `announced` since it was asked for may be newer than it is, and
   * counts once more.
   */
  replace(listing: string, announced: readonly string[] = []): PodNetworkChange[] {
    const now = new PodLinks();
    for (const line of [...listing.split('\n'), ...announced]) now.apply(line);
    const [before, after] = [this.#all(), now.#all()];
    this.#addresses.clear();
    for (const [link, addresses] of now.#addresses) this.#addresses.set(link, addresses);
    this.#everRouted ||= now.everRouted;
    return [
      ...[...before].filter((podIP) => !after.has(podIP)).map((podIP) => change('released', podIP)),
      ...[...after].filter((podIP) => !before.has(podIP)).map((podIP) => change('up', podIP)),
    ];
  }

  /** The addresses that a listing of `ip route` has on other links than was announced. */
  missedBy(listing: string): readonly string[] {
    const now = new PodLinks();
    for (const line of listing.split('\n')) now.apply(line);
    const [known, there] = [this.#onLinks(), now.#onLinks()];
    const differ = [...known, ...there].filter((each) => !(known.has(each) && there.has(each)));
    return [...new Set(differ.map((each) => each.slice(0, each.indexOf(' '))))];
  }

  #onLinks(): Set<string> {
    const each = [...this.#addresses].flatMap(([link, addresses]) =>
      [...addresses].map((podIP) => `${podIP} ${link}`),
    );
    return new Set(each);
  }

  #all(): Set<string> {
    return new Set([...this.#addresses.values()].flatMap((addresses) => [...addresses]));
  }

  #onRoute(deleted: boolean, podIP: string, link: string): PodNetworkChange[] {
    const addresses = this.#addresses.get(link);
    if (deleted) return addresses?.delete(podIP) === true ? [change('released', podIP)] : [];
    this.#everRouted = true;
    if (addresses?.has(podIP) === true) return [];
    // Given to another Pod while the link of the first still stands: nothing that goes there reaches the first any more.
    const others = [...this.#addresses.values()].filter((each) => each.delete(podIP));
    if (addresses === undefined) this.#addresses.set(link, new Set([podIP]));
    else addresses.add(podIP);
    return [...others.map(() => change('released', podIP)), change('up', podIP)];
  }

  #release(link: string): PodNetworkChange[] {
    const addresses = this.#addresses.get(link);
    this.#addresses.delete(link);
    return [...(addresses ?? [])].map((podIP) => change('released', podIP));
  }
}

function change(what: PodNetworkChange['change'], podIP: string): PodNetworkChange {
  return { change: what, podIP };
}
