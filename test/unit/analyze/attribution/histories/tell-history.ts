import type { Attribution } from '../../../../../src/model/attribution.ts';
import { NS_PER_MS } from '../../../../../src/model/duration.ts';
import type { NewHistoryEvent } from '../../../../../src/model/history-event.ts';
import type { History } from './compose.ts';
import type { Judged } from './laws.ts';

const ms = (ns: number | null): string => (ns === null ? '–' : (ns / NS_PER_MS).toFixed(3));

/** A history that breaks a law, in the words of somebody who has to find out why: truth, what was said, and all events. */
export function tellHistory({ fault, beside, badDays, story }: History, { whole, breaches }: Judged): string {
  const { what, truth, request, others } = story;
  const { outcome, status, errorCode, startNs, firstByteNs, endNs, requestOnConnection, pod } = request;
  const lines = [
    `${fault}: ${what}; beside it ${[...beside, ...badDays].join(', ') || 'nothing'}`,
    `truth: ${truth.join(' or ') || 'no cause that could be known'}`,
    `request: ${outcome} ${status ?? errorCode ?? ''} from ${ms(startNs)} to ${ms(endNs)}, first byte ${ms(firstByteNs)}, number ${requestOnConnection ?? '–'} on its connection, from ${pod ?? '–'}`,
    `other rows: ${others.map((row) => `${ms(row.startNs)} ${row.outcome} ${row.status ?? ''} ${row.pod ?? ''}`).join(', ')}`,
    `said with all evidence: ${said(whole)}`,
  ];
  for (const { law, how, story: left, found } of breaches) {
    lines.push(`${law}${how === null ? '' : `, ${how}`}: ${said(found)}`);
    for (const { atNs, what: shown } of found.evidence) lines.push(`    ${ms(atNs)} ${shown}`);
    const kept = left.events.toSorted((a, b) => a.atNs - b.atNs);
    lines.push(...kept.map((event) => `  ${ms(event.atNs).padStart(10)} ${told(event)}`));
  }
  return lines.join('\n');
}

function said({ cause, confidence, candidates, because }: Attribution): string {
  return `${[cause, ...candidates].join(' ')}, ${confidence}: ${because}`;
}

const COMMON: ReadonlySet<string> = new Set([
  'type',
  'atNs',
  'uncertaintyNs',
  'source',
  'object',
  'requestObject',
]);

function told(event: NewHistoryEvent): string {
  const fields = Object.entries(event).filter(([field, value]) => !COMMON.has(field) && value != null);
  return [event.type, ...fields.map(([field, value]) => `${field}=${short(value)}`)].join(' ');
}

const short = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
