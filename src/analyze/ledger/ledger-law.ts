import { countOf } from '../../model/count-of.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { Finding } from '../../model/verdict.ts';

/** More ids than any run has: a larger one is a damaged line, not a request. */
const LARGEST_ID = 100_000_000;

/**
 * The conservation law as far as the ledger alone can show it: ids 1…n, each once, as many as the engine itself
 * counted; and no record that contradicts its own outcome. Feed every record to `check`, then ask for `findings`.
 */
export class LedgerLaw {
  readonly #load: string;
  #seen = new Uint8Array(4096);
  #records = 0;
  #largest = 0;
  #broken = 0;
  #example: string | undefined;

  constructor(load: string) {
    this.#load = load;
  }

  check(record: RequestRecord): void {
    this.#records += 1;
    const problem = this.#countId(record.id) ?? contradiction(record, this.#load);
    if (problem === undefined) return;
    this.#broken += 1;
    this.#example ??= `request ${record.id}: ${problem}`;
  }

  /** `intended` is the engine's own count, `null` where it did not say. */
  findings(intended: number | null): readonly Finding[] {
    const broken: string[] = [];
    if (this.#example !== undefined) {
      broken.push(
        `${countOf(this.#broken, 'record breaks', 'records break')} it, the first is ${this.#example}`,
      );
    }
    const distinct = this.#seen.reduce((sum, bit) => sum + bit, 0);
    if (this.#largest > distinct)
      broken.push(`${countOf(this.#largest - distinct, 'id')} below ${this.#largest} missing`);
    if (intended !== null && intended !== this.#records) {
      broken.push(
        `the engine meant to send ${countOf(intended, 'request')}, the ledger has ${this.#records}`,
      );
    }
    if (broken.length === 0) return [];
    return [
      {
        code: 'conservation-broken',
        severity: 'void',
        message: `Load “${this.#load}” breaks the conservation law: ${broken.join('; ')}.`,
      },
    ];
  }

  #countId(id: number): string | undefined {
    if (!Number.isInteger(id) || id < 1 || id > LARGEST_ID) return 'its id is not one';
    while (id >= this.#seen.length) {
      const larger = new Uint8Array(this.#seen.length * 2);
      larger.set(this.#seen);
      this.#seen = larger;
    }
    if (this.#seen[id] === 1) return 'its id appears twice';
    this.#seen[id] = 1;
    this.#largest = Math.max(this.#largest, id);
    return undefined;
  }
}

function contradiction(record: RequestRecord, load: string): string | undefined {
  const { outcome, startNs, firstByteNs, endNs, status } = record;
  if (record.load !== load) return `it says it belongs to load “${record.load}”`;
  if (outcome === 'not-sent') return startNs === null ? undefined : 'not-sent, yet it has a start';
  if (outcome === 'censored') return undefined;
  if (startNs === null || endNs === null) return `${outcome}, yet it has no start or no end`;
  if (endNs < startNs || (firstByteNs !== null && (firstByteNs < startNs || firstByteNs > endNs))) {
    return 'its times run backwards';
  }
  if (outcome === 'ok' && (status === null || status >= 400))
    return `ok, yet its status is ${status ?? 'missing'}`;
  if (outcome === 'http-error' && (status === null || status < 400)) {
    return `http-error, yet its status is ${status ?? 'missing'}`;
  }
  return undefined;
}
