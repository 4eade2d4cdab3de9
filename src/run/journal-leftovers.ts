import type { JournalEntry } from '../model/journal-entry.ts';

/** An object that a run made, or was about to make, and has not removed as far as its journal tells. */
export interface JournalledObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** `null` for what has no namespace. */
  readonly namespace: string | null;
  readonly name: string;
  /** `null`: the run ended before it knew; the object may or may not be there. */
  readonly uid: string | null;
  /** When its intent, or itself, was written down: UTC, ISO 8601. */
  readonly at: string;
}

/** What a journal says may still be there, in the order of creation. What was in a namespace that is gone is gone. */
export function journalLeftovers(entries: readonly JournalEntry[]): JournalledObject[] {
  const left = new Map<string, JournalledObject>();
  for (const entry of entries) {
    if (entry.type !== 'intent' && entry.type !== 'created' && entry.type !== 'removed') continue;
    const { kind, namespace, name, at, apiVersion = API_VERSIONS[kind] ?? 'v1' } = entry;
    const key = `${kind} ${namespace ?? ''} ${name}`;
    if (entry.type === 'removed') left.delete(key);
    else
      left.set(key, {
        apiVersion,
        kind,
        namespace,
        name,
        at,
        uid: entry.type === 'created' ? entry.uid : null,
      });
    if (entry.type === 'removed' && kind === 'Namespace') {
      for (const [inside, object] of left) if (object.namespace === name) left.delete(inside);
    }
  }
  return [...left.values()];
}

/** The nodes that a run closed or tainted, and has not put right as far as its journal tells. */
export function unrestoredNodes(entries: readonly JournalEntry[]): string[] {
  const changed = new Set<string>();
  for (const entry of entries) {
    if (entry.type === 'node-change') changed.add(entry.node);
    if (entry.type === 'node-restored') changed.delete(entry.node);
  }
  return [...changed];
}

/** Of kinds in journals that did not say so yet. */
const API_VERSIONS: Readonly<Record<string, string>> = { Deployment: 'apps/v1', StatefulSet: 'apps/v1' };
