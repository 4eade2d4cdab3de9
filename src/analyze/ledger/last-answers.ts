import type { RequestRecord } from '../../model/request-record.ts';

/**
 * Remembers, while a ledger streams by, for each failed request when the last one was sent that got a whole answer on
 * the same connection. What happened before says nothing of the failure: the connection worked afterwards. (Not when
 * that answer came: a server that closes right behind its answer may have closed before the client has read it.)
 */
export class LastAnswers {
  /** `LOAD CONNECTION` → ns. */
  readonly #lastNs = new Map<string, number>();
  /** `LOAD ID` → ns. */
  readonly #beforeNs = new Map<string, number>();

  add(record: RequestRecord): void {
    const { load, connection, outcome, startNs } = record;
    if (connection === null || startNs === null || outcome === 'not-sent' || outcome === 'censored') return;
    const key = `${load} ${connection}`;
    const lastNs = this.#lastNs.get(key);
    if (outcome !== 'ok' && lastNs !== undefined) this.#beforeNs.set(`${load} ${record.id}`, lastNs);
    // Only a connection that goes on is asked for again.
    if (outcome === 'ok' || outcome === 'http-error') this.#lastNs.set(key, startNs);
    else this.#lastNs.delete(key);
  }

  /** When the last request before it was sent that was answered on its connection, ns; `null`: there was none, or nobody knows. */
  before({ load, id }: RequestRecord): number | null {
    return this.#beforeNs.get(`${load} ${id}`) ?? null;
  }
}
