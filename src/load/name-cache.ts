import { readFileSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** A question that is older is on its own: its packet may be lost, and whoever comes now would send another. */
const SHARED_MS = 100;
/** How long one question may go unanswered before it is sent once more, and given up after twice as long again. */
const QUESTION = { timeout: 2000, tries: 2 };

interface Question {
  readonly sinceMs: number;
  readonly answer: Promise<LookedUp>;
}

/** At least one address, or the resolver's error that says why there is none, e.g. `ENOTFOUND`. */
export type LookedUp = { readonly addresses: readonly string[] } | { readonly errorCode: string };

interface Answer {
  readonly addresses: readonly string[];
  /** Of `performance.now()`. */
  readonly validUntilMs: number;
}

/**
 * What names mean to a client that heeds their records' time to live: for so long it goes on with what it knows, then
 * whoever needs an address asks again. Connections that need one at the same moment share a question. Nothing old is
 * used when a look-up fails, and no failure is remembered: as by a client with a cache of its own and no more.
 */
export class NameCache {
  readonly #resolver = new Resolver(QUESTION);
  readonly #resolvConf = readOwnConf();
  readonly #known = new Map<string, Answer>();
  readonly #asked = new Map<string, Question>();
  readonly #validUntilMs = new Map<string, number>();

  /** @param servers whom to ask, as `address:port`; default: as the system's resolv.conf says */
  constructor(servers?: readonly string[]) {
    if (servers !== undefined) this.#resolver.setServers(servers);
  }

  /** The addresses of a host that need no look-up now: of an address itself, or what the name still means; else `null`. */
  known(host: string): readonly string[] | null {
    if (isIP(host) !== 0) return [host];
    const answer = this.#known.get(host);
    return answer !== undefined && performance.now() < answer.validUntilMs ? answer.addresses : null;
  }

  /** Looks the name up. Never rejects. */
  ask(host: string): Promise<LookedUp> {
    const nowMs = performance.now();
    const asked = this.#asked.get(host);
    if (asked !== undefined && nowMs - asked.sinceMs < SHARED_MS) return asked.answer;
    const question: Question = { sinceMs: nowMs, answer: this.#lookUp(host) };
    this.#asked.set(host, question);
    void question.answer.then(() => {
      if (this.#asked.get(host) === question) this.#asked.delete(host);
    });
    return question.answer;
  }

  /** Every address that a name has meant, and until when its records said so, of `performance.now()`. */
  meant(): ReadonlyMap<string, number> {
    return this.#validUntilMs;
  }

  /** Gives up on all questions. */
  close(): void {
    this.#resolver.cancel();
  }

  async #lookUp(host: string): Promise<LookedUp> {
    try {
      const records = await this.#resolver.resolve4(withinCluster(host, this.#resolvConf), { ttl: true });
      const addresses = records.map(({ address }) => address);
      const ttlMs = 1000 * Math.min(...records.map(({ ttl }) => ttl));
      const validUntilMs = performance.now() + ttlMs;
      this.#known.set(host, { addresses, validUntilMs });
      for (const address of addresses) {
        this.#validUntilMs.set(address, Math.max(validUntilMs, this.#validUntilMs.get(address) ?? 0));
      }
      return { addresses };
    } catch (error) {
      return { errorCode: (error as NodeJS.ErrnoException).code ?? 'UNKNOWN' };
    }
  }
}

function readOwnConf(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return ''; // without one the resolver has defaults of its own
  }
}

/** `service.namespace.svc` with the cluster's domain, as the Pod's search list tells it. */
export function withinCluster(host: string, resolvConf: string): string {
  const domains = /^search\s+(.*)$/m.exec(resolvConf)?.[1]?.split(/\s+/) ?? [];
  const domain = domains.find((each) => each.startsWith('svc.'))?.slice('svc.'.length);
  return host.endsWith('.svc') && domain !== undefined ? `${host}.${domain}` : host;
}
