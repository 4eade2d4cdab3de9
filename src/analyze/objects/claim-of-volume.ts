import type { HistoryEvent } from '../../model/history-event.ts';
import { asRecord, asText } from './read-json.ts';

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
