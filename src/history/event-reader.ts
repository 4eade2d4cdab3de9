import { access } from 'node:fs/promises';
import { join } from 'node:path';

import type { HistoryEvent } from '../model/history-event.ts';
import { readNdjson } from './read-ndjson.ts';

const KNOWN_TYPES: ReadonlySet<string> = new Set<HistoryEvent['type']>([
  'phase',
  'action',
  'object',
  'app-stamp',
  'audit',
  'signal-sent',
  'process-exit',
  'oom-kill',
  'socket-state',
  'reset-sent',
  'reset-received',
  'unreachable-sent',
  'retransmit',
  'endpoint-routed',
  'conntrack',
  'pod-network',
  'proxy-sync',
  'runtime',
  'kubelet',
  'record-gone',
  'container-log',
  'process-facts',
  'observation-gap',
  'clock-sample',
  'note',
]);

export interface EventFile {
  /** In the order of their time (ties: of their id). */
  readonly events: readonly HistoryEvent[];
  /** Lines of a newer drainbench: kept as they are, used by nothing. */
  readonly unknown: readonly Readonly<Record<string, unknown>>[];
  /** Lines that are not JSON or not an event. */
  readonly badLines: number;
  readonly cutLastLine: boolean;
  /** `missing`: no file at all. `partial`: the trial ended before its history was closed. */
  readonly state: 'complete' | 'partial' | 'missing';
}

/** Reads the history of one trial as far as it goes: nothing in it makes this throw, everything odd is counted. */
export async function readEvents(trialPath: string): Promise<EventFile> {
  const path = join(trialPath, 'events.ndjson');
  const state = (await exists(path)) ? 'complete' : (await exists(`${path}.partial`)) ? 'partial' : 'missing';
  if (state === 'missing') return { events: [], unknown: [], badLines: 0, cutLastLine: false, state };
  const content = await readNdjson(state === 'complete' ? path : `${path}.partial`);

  const events: HistoryEvent[] = [];
  const unknown: Record<string, unknown>[] = [];
  let badLines = content.badLines.length;
  for (const value of content.values) {
    if (!isEventLike(value)) badLines += 1;
    else if (KNOWN_TYPES.has(value.type)) events.push(value as unknown as HistoryEvent);
    else unknown.push(value);
  }
  events.sort((a, b) => a.atNs - b.atNs || a.id - b.id);
  return { events, unknown, badLines, cutLastLine: content.cutLastLine, state };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** What every event has, known or not. Only we write these files: the inside of a known type is trusted. */
function isEventLike(value: unknown): value is Record<string, unknown> & { type: string } {
  if (typeof value !== 'object' || value === null) return false;
  const event = value as Record<string, unknown>;
  return (
    typeof event['id'] === 'number' &&
    typeof event['atNs'] === 'number' &&
    typeof event['uncertaintyNs'] === 'number' &&
    typeof event['source'] === 'string' &&
    typeof event['type'] === 'string'
  );
}
