import { NS_PER_MS } from '../model/duration.ts';
import { APP_STAMPS, type AppStamp } from '../model/history-event.ts';

/** What is needed to put a Pod's own times on the run's time line. */
export interface StampClock {
  /** `process.hrtime.bigint()` at run start. */
  readonly runStartNs: bigint;
  /** Of this host: a Pod that reports the same shares our CLOCK_MONOTONIC. */
  readonly bootId: string;
  /** Wall clock at run start, ms, for Pods on other machines. */
  readonly runStartWallMs: number;
  /** Boot ids that the Pods reported in their `started` stamp, by Pod name; filled in as stamps are read. */
  readonly podBootIds: Map<string, string>;
}

export interface ReadStamp {
  readonly stamp: AppStamp;
  readonly atNs: number;
  readonly uncertaintyNs: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Between reading the clock and having done what the stamp says. */
const SAME_CLOCK_UNCERTAINTY_NS = 50_000;
/**
 * Of an app that does not say since when it may be so. Node tells of a listener some time after the kernel has opened or
 * closed it: measured against the kernel's own events on a machine with CPUs to spare, 0.6 to 4.9 ms and 0.03 to 0.6 ms.
 */
const TOLD_LATE_NS: Readonly<Partial<Record<AppStamp, number>>> = {
  listening: 5 * NS_PER_MS,
  'listener-closed': NS_PER_MS,
};
/** Wall clocks of two machines under NTP; the real offset is not known here. */
const OTHER_CLOCK_UNCERTAINTY_NS = 50 * NS_PER_MS;

/** Reads one line of the sample app's log; `null` when it is no stamp. */
export function readStamp(line: string, clock: StampClock): ReadStamp | null {
  if (!line.startsWith('{"drainbench":"stamp"')) return null;
  const fields = parseObject(line);
  const stamp = APP_STAMPS.find((name) => name === fields?.['stamp']);
  if (fields === null || stamp === undefined) return null;
  const pod = String(fields['pod']);
  if (typeof fields['bootId'] === 'string') clock.podBootIds.set(pod, fields['bootId']);
  const sameClock = clock.podBootIds.get(pod) === clock.bootId;
  return { stamp, ...(sameClock ? onSameClock(stamp, fields, clock) : onOtherClock(fields, clock)), fields };
}

type When = Pick<ReadStamp, 'atNs' | 'uncertaintyNs'>;

function onSameClock(stamp: AppStamp, fields: ReadStamp['fields'], { runStartNs }: StampClock): When {
  const toNs = Number(BigInt(String(fields['monoNs'])) - runStartNs);
  const { notBeforeNs } = fields;
  if (typeof notBeforeNs !== 'string' || !/^\d+$/.test(notBeforeNs))
    return { atNs: toNs, uncertaintyNs: TOLD_LATE_NS[stamp] ?? SAME_CLOCK_UNCERTAINTY_NS };
  const halfNs = Math.max(0, (toNs - Number(BigInt(notBeforeNs) - runStartNs)) / 2);
  return { atNs: Math.round(toNs - halfNs), uncertaintyNs: Math.ceil(halfNs) + SAME_CLOCK_UNCERTAINTY_NS };
}

function onOtherClock(fields: ReadStamp['fields'], { runStartWallMs }: StampClock): When {
  return {
    atNs: (Number(fields['wallMs']) - runStartWallMs) * NS_PER_MS,
    uncertaintyNs: OTHER_CLOCK_UNCERTAINTY_NS,
  };
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null; // a line cut by the container's death
  }
}
