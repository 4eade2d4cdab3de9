import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../../src/model/request-record.ts';
import { seededRandom } from '../../../../../src/model/seeded-random.ts';
import { between } from './numbers.ts';
import type { Change, Story } from './story.ts';
import { but, toNs, word } from './words.ts';

/** One observer: what it is called, and which events are its own. */
interface Observer {
  readonly source: NewHistoryEvent['source'];
  readonly name: string;
  readonly writes: (event: NewHistoryEvent) => boolean;
}

const ofNode = (event: NewHistoryEvent, node: string) => 'node' in event && event.node === node;
const onNodes = (
  name: string,
  source: Observer['source'],
  type: NewHistoryEvent['type'],
): readonly Observer[] =>
  ['node1', 'node2'].map((node) => ({
    ...{ source, name: `${name} ${node}` },
    writes: (event) => event.type === type && ofNode(event, node),
  }));

const KERNEL: ReadonlySet<NewHistoryEvent['type']> = new Set([
  ...([
    'signal-sent',
    'process-exit',
    'socket-state',
    'reset-sent',
    'reset-received',
    'retransmit',
    'oom-kill',
  ] as const),
]);

export const OBSERVERS: readonly Observer[] = [
  { source: 'kernel-trace', name: 'kernel-trace', writes: ({ type }) => KERNEL.has(type) },
  { source: 'kernel-trace', name: 'process-facts', writes: ({ type }) => type === 'process-facts' },
  ...onNodes('conntrack of', 'conntrack', 'conntrack'),
  ...onNodes('Pod network of', 'dataplane', 'pod-network'),
  ...onNodes('routes of', 'dataplane', 'endpoint-routed'),
  ...onNodes('runtime', 'runtime', 'runtime'),
  ...onNodes('kubelet', 'kubelet', 'kubelet'),
  { source: 'app-log', name: 'log of web-a', writes: ({ type }) => type === 'app-stamp' },
  { source: 'api-audit', name: 'audit', writes: ({ type }) => type === 'audit' },
  { source: 'api-watch', name: 'pods', writes: (event) => event.type === 'object' && event.kind === 'Pod' },
  {
    ...{ source: 'api-watch', name: 'endpointslices' },
    writes: (event) => event.type === 'object' && event.kind === 'EndpointSlice',
  },
];

/** An observer does not see for a while, and says so. */
export const blindness: fc.Arbitrary<Change> = fc
  .record({ who: fc.constantFrom(...OBSERVERS), fromMs: between(0, 1300), lasts: between(1, 8000) })
  .map(({ who, fromMs, lasts }) => (story: Story): Story => {
    const toMs = fromMs + lasts;
    const isLost = (event: NewHistoryEvent) =>
      who.writes(event) && event.atNs >= toNs(fromMs) && event.atNs <= toNs(toMs);
    const gap = word.gap(who.source, who.name, fromMs, toMs, 'events were lost');
    return { ...story, events: [...story.events.filter((event) => !isLost(event)), gap] };
  });

/** The wall clock is set in the middle of the trial: stamps of conntrack and Pod network are off by as much. */
export const wallClockSet: fc.Arbitrary<Change> = fc
  .record({ fromMs: between(400, 1100), lasts: between(50, 5000), byMs: between(-400, 400) })
  .map(({ fromMs, lasts, byMs }) => (story: Story): Story => {
    const toMs = fromMs + lasts;
    const events = story.events.map((event) => {
      const stamped = event.type === 'conntrack' || event.type === 'pod-network';
      const inside = event.atNs >= toNs(fromMs) && event.atNs <= toNs(toMs);
      return stamped && inside ? but(event, { atNs: Math.max(event.atNs + toNs(byMs), 0) }) : event;
    });
    const reason = `the wall clock was set by ${byMs} ms`;
    const gap = word.gap('conntrack', 'stamps of conntrack and Pod network', fromMs, toMs, reason);
    return { ...story, events: [...events, gap] };
  });

/** The load ran on another clock, of which it is known how far off it may be, or not even that. */
export const otherClock: fc.Arbitrary<Change> = fc
  .record({ clockMs: between(0.2, 40), part: between(0, 2), known: fc.boolean() })
  .map(({ clockMs, part, known }) => (story: Story): Story => {
    const off = toNs(clockMs * (part - 1));
    const moved = (ns: number | null) => (ns === null ? null : ns + off);
    const shifted = (row: RequestRecord): RequestRecord => ({
      ...row,
      ...{ intendedNs: row.intendedNs + off, startNs: moved(row.startNs) },
      ...{ firstByteNs: moved(row.firstByteNs), endNs: moved(row.endNs) },
    });
    const { request, others } = story;
    const rows = { request: shifted(request), others: others.map(shifted) };
    return { ...story, ...rows, clockMs: known ? clockMs : null };
  });

/** An older kernel or record: which processes did it is not told, nor what was read, nor RSTs that came in. */
export const lessTold = (story: Story): Story => ({
  ...story,
  events: story.events.filter(({ type }) => type !== 'reset-received').map(dull),
});

/** Fields that newer versions write besides. */
const NEWER: Readonly<Partial<Record<NewHistoryEvent['type'], readonly string[]>>> = {
  'socket-state': ['pid', 'lastReadNs'],
  runtime: ['pid'],
  'signal-sent': ['innerPid', 'senderPid', 'senderContainer', 'senderInnerPid', 'siCode'],
  'process-exit': ['innerPid', 'wholeProcess'],
  'process-facts': ['innerPid', 'listeners'],
};

function dull(event: NewHistoryEvent): NewHistoryEvent {
  const newer = NEWER[event.type] ?? [];
  const kept = Object.entries(event).filter(([field]) => !newer.includes(field));
  return Object.fromEntries(kept) as unknown as NewHistoryEvent;
}

/** The program that tells of tracked connections came late to its turn, and knows by how much it may have been. */
export const trackedLate: fc.Arbitrary<Change> = between(0, 150).map((late) => (story: Story): Story => ({
  ...story,
  events: story.events.map((event) =>
    event.type === 'conntrack' ? but(event, { uncertaintyNs: event.uncertaintyNs + toNs(late) }) : event,
  ),
}));

/** What these observers write, each time off by something within its uncertainty. `seed` 0: exact. */
export function observed(events: readonly NewHistoryEvent[], seed: number): readonly NewHistoryEvent[] {
  if (seed === 0) return events;
  const random = seededRandom(seed);
  return events.map((event) =>
    event.uncertaintyNs === 0 ? event : but(event, { atNs: moved(event, random.nextUint32() / 2 ** 32) }),
  );
}

function moved({ atNs, uncertaintyNs }: NewHistoryEvent, part: number): number {
  return Math.max(0, Math.round(atNs + (part * 2 - 1) * uncertaintyNs));
}
