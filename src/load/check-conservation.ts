import { countOf } from '../model/count-of.ts';
import { FAILED_OUTCOMES, type RequestRecord } from '../model/request-record.ts';
import type { Finding } from '../model/verdict.ts';
import type { LoadSummary } from './load-engine.ts';

/** What the engine says of itself, to be held against its ledger. */
export type EngineTotals = Pick<LoadSummary, 'intended' | 'inFlight' | 'byOutcome' | 'told'>;

/**
 * The conservation law of one load (DESIGN.md §4): intended = ok + failed + censored + not-sent, as the engine counted
 * and as the ledger shows, over all and on every connection; ids are 1…n, each once; times are in order; what an
 * outcome says agrees with the other columns. Records may come in any order. Memory: 1 bit a request and a few numbers
 * a connection.
 */
export class ConservationCheck {
  readonly #load: string;
  #seen = new Uint8Array(1024);
  #records = 0;
  #largestId = 0;
  readonly #counts = { ok: 0, failed: 0, censored: 0, notSent: 0 };
  readonly #connections = new Map<number, { records: number; highest: number }>();
  readonly #problems = new Map<string, { count: number; first: string }>();

  constructor(load: string) {
    this.#load = load;
  }

  add(record: RequestRecord): void {
    this.#records++;
    this.#countOutcome(record);
    this.#countId(record.id);
    this.#countConnection(record);
    for (const problem of contradictions(record, this.#load)) this.#note(problem, `request ${record.id}`);
  }

  /** @returns nothing when the law holds; else one `conservation-broken` finding (void) for each way it is broken. */
  findings(totals: EngineTotals): readonly Finding[] {
    const { ok, failed, censored, notSent } = this.#counts;
    const sum = ok + failed + censored + notSent;
    const figures = `${ok} ok + ${failed} failed + ${censored} censored + ${notSent} not sent = ${sum}`;
    const broken: string[] = [];
    if (sum !== totals.intended) broken.push(`intended ${totals.intended}, the ledger has ${figures}`);
    if (totals.inFlight !== 0)
      broken.push(`${countOf(totals.inFlight, 'request was', 'requests were')} never settled`);
    const counted = Object.values(totals.byOutcome).reduce((a, b) => a + b, 0);
    if (counted + totals.inFlight !== totals.intended) {
      broken.push(
        `the engine intended ${countOf(totals.intended, 'request')} and counted ${countOf(counted, 'outcome')}`,
      );
    }
    for (const { name, told, inLedger } of totals.told ?? []) {
      if (told !== inLedger)
        broken.push(`the engine's own summary has ${name} ${told}, the ledger ${inLedger}`);
    }
    if (this.#largestId !== this.#records) {
      broken.push(`ids go up to ${this.#largestId}, with ${countOf(this.#records, 'record')}`);
    }
    for (const [connection, { records, highest }] of this.#connections) {
      if (highest + 1 === records) continue;
      this.#note(`a connection's requests are not numbered 0…n without a gap`, `connection ${connection}`);
    }
    for (const [problem, { count, first }] of this.#problems) {
      broken.push(`${problem} (${countOf(count, 'time')}, first: ${first})`);
    }
    return broken.map((message) => ({
      code: 'conservation-broken',
      severity: 'void',
      message: `Load "${this.#load}": ${message}.`,
    }));
  }

  #countOutcome({ outcome }: RequestRecord): void {
    if (outcome === 'ok') this.#counts.ok++;
    else if (outcome === 'censored') this.#counts.censored++;
    else if (outcome === 'not-sent') this.#counts.notSent++;
    else if (FAILED_OUTCOMES.includes(outcome)) this.#counts.failed++;
  }

  #countId(id: number): void {
    if (!Number.isSafeInteger(id) || id < 1 || id >= 2 ** 32) {
      this.#note('an id is not a positive whole number', `id ${id}`);
      return;
    }
    const byte = id >>> 3;
    const bit = 1 << (id & 7);
    if (byte >= this.#seen.length) {
      const grown = new Uint8Array(Math.max(byte + 1, this.#seen.length * 2));
      grown.set(this.#seen);
      this.#seen = grown;
    }
    const before = this.#seen[byte] ?? 0;
    if ((before & bit) !== 0) this.#note('an id appears twice', `request ${id}`);
    this.#seen[byte] = before | bit;
    this.#largestId = Math.max(this.#largestId, id);
  }

  #countConnection({ connection, requestOnConnection }: RequestRecord): void {
    if (connection === null || requestOnConnection === null) return;
    const known = this.#connections.get(connection);
    if (known === undefined) this.#connections.set(connection, { records: 1, highest: requestOnConnection });
    else {
      known.records++;
      known.highest = Math.max(known.highest, requestOnConnection);
    }
  }

  #note(problem: string, where: string): void {
    const known = this.#problems.get(problem);
    if (known === undefined) this.#problems.set(problem, { count: 1, first: where });
    else known.count++;
  }
}

function contradictions(record: RequestRecord, load: string): readonly string[] {
  const { outcome, intendedNs, startNs, firstByteNs, endNs, status, connection } = record;
  const found: string[] = [];
  if (record.load !== load) found.push('a record belongs to another load');
  const times = [intendedNs, startNs, firstByteNs, endNs].filter((time) => time !== null);
  if (times.some((time, index) => index > 0 && time < (times[index - 1] ?? time))) {
    found.push('times are not in the order intended ≤ start ≤ first byte ≤ end');
  }
  if (endNs === null) found.push('a settled request has no end');
  if (outcome === 'not-sent' && startNs !== null) found.push('a request that was not sent has a start');
  const started = outcome !== 'not-sent' && outcome !== 'censored';
  if (started && (startNs === null || connection === null)) {
    found.push(`a request that was sent has no start or no connection`);
  }
  if (outcome === 'ok' && !(status !== null && status < 400))
    found.push('an ok request has no status below 400');
  if (outcome === 'http-error' && !(status !== null && status >= 400)) {
    found.push('an http-error has no status of 400 or above');
  }
  if ((outcome === 'ok' || outcome === 'http-error') && firstByteNs === null) {
    found.push('an answered request has no first byte');
  }
  if (outcome === 'closed-early' && firstByteNs !== null) {
    found.push('a request closed before its answer has a first byte');
  }
  if (record.attempt > 0 !== ((record.retryOf ?? null) !== null))
    found.push('a second attempt repeats no first one');
  if (record.errorCode === 'ANSWER_ID_MISMATCH') found.push('an answer names another request');
  return found;
}
