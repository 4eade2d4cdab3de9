/**
 * The mark that all node containers of one creation of ours carry: a place at which nothing is mounted. Their name and
 * kind's labels prove nothing, for anybody can make a cluster of the same name; the place of a mount is chosen by us,
 * never used by anybody else, told by `inspect` from the moment that a container exists, and needs no file on the
 * engine's machine, wherever that is.
 *
 * @param mark random, of this creation.
 */
export function clusterMark(mark: string): { readonly hostPath: string; readonly containerPath: string } {
  return { hostPath: '/dev/null', containerPath: `${PLACE}${mark}` };
}

/** The mark among the places of a container's mounts; `null` where it carries none. */
export function readClusterMark(places: readonly string[]): string | null {
  return places.find((place) => place.startsWith(PLACE))?.slice(PLACE.length) ?? null;
}

const PLACE = '/kind/drainbench-';
