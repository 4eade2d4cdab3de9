import type { HistoryEvent } from '../../model/history-event.ts';
import { asList, asRecord, asText } from './read-json.ts';

/** Names of the volume claims that a Pod's volumes name, ephemeral ones (which it owns) not among them. */
export function podClaims(events: readonly HistoryEvent[], podUid: string): readonly string[] {
  const seen = events.find(
    (event) =>
      event.type === 'object' &&
      event.kind === 'Pod' &&
      event.uid === podUid &&
      'volumes' in asRecord(event.object['spec']),
  );
  if (seen?.type !== 'object') return [];
  return asList(asRecord(seen.object['spec'])['volumes']).flatMap((volume) => {
    const name = asText(asRecord(asRecord(volume)['persistentVolumeClaim'])['claimName']);
    return name === null ? [] : [name];
  });
}

/** Does the object name this one among its owners? Then the garbage collector takes it when the owner is gone. */
export function isOwnedBy(object: Readonly<Record<string, unknown>>, uid: string): boolean {
  return asList(asRecord(object['metadata'])['ownerReferences']).some(
    (owner) => asRecord(owner)['uid'] === uid,
  );
}

/** Volume → claim: kubelet and etcd name a volume that a claim is bound to by its own name. */
export function claimOfVolume(events: readonly HistoryEvent[]): ReadonlyMap<string, string> {
  const claims = new Map<string, string>();
  for (const event of events) {
    if (event.type !== 'object' || event.kind !== 'PersistentVolumeClaim') continue;
    const volume = asText(asRecord(event.object['spec'])['volumeName']);
    if (volume !== null) claims.set(volume, event.name);
  }
  return claims;
}
