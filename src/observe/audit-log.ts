import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import { NS_PER_MS } from '../model/duration.ts';
import { clockDriftNs, readClockAnchor, wallToMonotonic, type ClockAnchor } from '../model/wall-clock.ts';
import { isOwnName } from './is-own-name.ts';
import type { ObserveContext, Observer } from './observer.ts';
import { splitLines } from './split-lines.ts';

/** A step of the wall clock larger than this makes the mapped times worthless. */
const MAX_DRIFT_NS = 5 * NS_PER_MS;
/** Anchors are good to some µs; the API server's own stamps are µs. */
const UNCERTAINTY_NS = 100_000;

/**
 * Reads what the API server's audit log gained while the trial ran, when it stops: while measuring it costs nothing.
 * Only entries about the run's namespace are kept, where others share it only those about objects of the trial's own.
 * Never rejects: a log that is missing, was rotated, cannot be read or
 * cannot be mapped to our clock is an `observation-gap` of the observer `audit`.
 */
export async function readAuditLog(
  path: string,
  namespace: string,
  runStartNs: bigint,
  context: ObserveContext,
  names: readonly string[] | null = null,
): Promise<Observer> {
  const before = await stat(path).catch(() => null);
  const start = readClockAnchor();
  return {
    stop: async () => {
      const end = readClockAnchor();
      const clock: Mapping = { start, end, runStartNs: Number(runStartNs) };
      try {
        const after = await stat(path).catch(() => null);
        if (before === null || after === null) throw new Error(`there is no ${path}`);
        if (after.ino !== before.ino || after.size < before.size) {
          throw new Error('the audit log was rotated during the trial');
        }
        const setNs = clockDriftNs(start, end);
        if (Math.abs(setNs) > MAX_DRIFT_NS) {
          throw new Error(`the wall clock was set by ${(setNs / NS_PER_MS).toFixed(1)} ms during the trial`);
        }
        await readRange(path, before.size, after.size, { namespace, names }, clock, context);
      } catch (error) {
        const toNs = end.monoNs - clock.runStartNs;
        context.record({
          type: 'observation-gap',
          atNs: toNs,
          uncertaintyNs: 0,
          source: 'api-audit',
          observer: 'audit',
          fromNs: start.monoNs - clock.runStartNs,
          toNs,
          reason: error instanceof Error ? error.message : String(error),
        });
      }
    },
  };
}

interface Mapping {
  readonly start: ClockAnchor;
  readonly end: ClockAnchor;
  readonly runStartNs: number;
}

/** The fields of an audit.k8s.io/v1 Event that are used. */
interface AuditEntry {
  readonly auditID: string;
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

async function readRange(
  path: string,
  from: number,
  to: number,
  { namespace, names }: { readonly namespace: string; readonly names: readonly string[] | null },
  clock: Mapping,
  context: ObserveContext,
): Promise<void> {
  if (to <= from) return;
  const chunks = createReadStream(path, { start: from, end: to - 1 }) as AsyncIterable<Buffer>;
  for await (const line of splitLines(chunks, () => 0)) {
    // A line that is still being written is about something after the trial's end.
    if (!line.complete || !line.text.includes(`"namespace":"${namespace}"`)) continue;
    const entry = JSON.parse(line.text) as AuditEntry;
    if (entry.objectRef?.namespace !== namespace || entry.verb === 'watch') continue;
    // The name of what is created is the server's to choose: the answer has it.
    const name = entry.objectRef.name ?? createdName(entry);
    if (name === null ? names !== null : !isOwnName(names, name)) continue;
    context.record({
      type: 'audit',
      atNs: mapTime(entry.stageTimestamp, clock),
      uncertaintyNs: UNCERTAINTY_NS,
      source: 'api-audit',
      auditId: entry.auditID,
      stage: entry.stage,
      verb: entry.verb,
      resource: entry.objectRef.resource ?? '',
      subresource: entry.objectRef.subresource ?? null,
      namespace,
      name: entry.objectRef.name ?? null,
      user: entry.user.username,
      code: entry.responseStatus?.code ?? null,
      requestReceivedNs: mapTime(entry.requestReceivedTimestamp, clock),
      requestObject: entry.requestObject ?? null,
      responseObject: entry.responseObject ?? null,
    });
  }
}

function createdName({ responseObject }: AuditEntry): string | null {
  const { metadata } = (responseObject ?? {}) as { metadata?: { name?: string } };
  return metadata?.name ?? null;
}

/** RFC 3339 with microseconds → ns since run start. `Date.parse` alone would drop the microseconds. */
function mapTime(timestamp: string, clock: Mapping): number {
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? '';
  const wholeSecondMs = Date.parse(timestamp.replace(/\.\d+/, ''));
  const wallMs = wholeSecondMs + Number(`0.${fraction || '0'}`) * 1000;
  return Math.round(wallToMonotonic(wallMs, clock.start, clock.end) - clock.runStartNs);
}
