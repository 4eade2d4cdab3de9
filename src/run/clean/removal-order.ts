import type { Leftover } from './find-leftovers.ts';

type Owned = Pick<Leftover, 'kind' | 'uid' | 'ownerUids'>;

/**
 * In which order to delete: owners before what they own, for a controller that is still there makes anew what is taken
 * from it, and a Pod that is told to end while it starts often does not hear it, and takes its whole grace period. The
 * Lease after that, for as long as it is there no other run comes in between; a namespace last. Pure.
 */
export function removalOrder<T extends Owned>(objects: readonly T[]): T[] {
  const byUid = new Map(objects.map((object) => [object.uid, object]));
  // References can be forged, also to go around in a circle.
  const depth = (object: Owned, below: readonly string[] = []): number =>
    Math.max(
      0,
      ...object.ownerUids.flatMap((uid) => {
        const owner = below.includes(uid) ? undefined : byUid.get(uid);
        return owner === undefined ? [] : [1 + depth(owner, [...below, uid])];
      }),
    );
  const rank = (object: Owned): number =>
    object.kind === 'Namespace' ? Infinity : object.kind === 'Lease' ? Number.MAX_VALUE : depth(object);
  return objects.toSorted((left, right) =>
    rank(left) < rank(right) ? -1 : rank(left) > rank(right) ? 1 : 0,
  );
}
