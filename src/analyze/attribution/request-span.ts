import { NS_PER_MS } from '../../model/duration.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { ClientEnd } from './connection-index.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** A load process stamps in its event loop; the packet leaves some microseconds later. */
const LEDGER_UNCERTAINTY_NS = 50_000;
const STAMP_SLACK_NS = 2 * NS_PER_MS;

/** A request in time, and the client's end of its connection. All times are ns since run start. */
export interface RequestSpan {
  /** `null`: it never had a port. */
  readonly end: ClientEnd | null;
  readonly startNs: number;
  readonly endNs: number;
  /** When its connection was opened. */
  readonly openNs: number;
  /**
   * When the last request before it was sent that was answered on its connection, or else when that was opened: what
   * happened before says nothing of this request.
   */
  readonly sinceNs: number;
  /** Of these times, either way: more where the load ran on another clock. */
  readonly uncertaintyNs: number;
  /** How far off the load's clock may be. */
  readonly clockNs: number;
  /** How far from these times an event of this connection may be stamped. */
  readonly slackNs: number;
  readonly fresh: boolean;
}

export function requestSpan(record: RequestRecord, trial: TrialEvidence): RequestSpan {
  const startNs = record.startNs ?? record.intendedNs;
  const endNs = Math.max(record.endNs ?? startNs, startNs);
  const fresh = (record.requestOnConnection ?? 0) === 0;
  const openNs = fresh ? startNs : startNs - (record.connectionAgeMs ?? 0) * NS_PER_MS;
  const clockNs = trial.clockUncertaintyNs.get(record.load) ?? 0;
  const answeredNs = fresh ? null : trial.lastAnswers.before(record);
  return {
    end: clientEnd(record, trial),
    startNs,
    endNs,
    openNs,
    sinceNs: Math.max(openNs, answeredNs ?? -Infinity),
    uncertaintyNs: LEDGER_UNCERTAINTY_NS + clockNs,
    clockNs,
    slackNs: STAMP_SLACK_NS + clockNs,
    fresh,
  };
}

function clientEnd(
  { clientPort, serverAddress, load }: RequestRecord,
  trial: TrialEvidence,
): ClientEnd | null {
  if (clientPort === null) return null;
  return { client: trial.clients.get(load) ?? null, port: clientPort, serverAddress };
}
