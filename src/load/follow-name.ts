import { readFileSync } from 'node:fs';
import { resolve4 } from 'node:dns/promises';
import { isIP } from 'node:net';

/** A name whose records name no life, or none that could be waited for, is asked for again after this. */
const LEAST_TTL_MS = 1000;

/**
 * Keeps a headless Service's name looked up as a client does that heeds the records' time to live: for so long it goes
 * on with what it knows, however old. An answer without addresses counts as one; one that fails does not, and is asked
 * again a second later.
 *
 * @returns the addresses that the name means now; `null` for what is an address itself.
 */
export async function followName(host: string): Promise<(() => readonly string[]) | null> {
  if (host === '' || isIP(host) !== 0) return null;
  const name = withinCluster(host, readFileSync('/etc/resolv.conf', 'utf8'));
  let addresses: readonly string[] = [];
  const look = async (): Promise<void> => {
    let ttlMs = LEAST_TTL_MS;
    try {
      const records = await resolve4(name, { ttl: true });
      addresses = records.map(({ address }) => address);
      ttlMs = Math.max(LEAST_TTL_MS, (records[0]?.ttl ?? 0) * 1000);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENODATA' || code === 'ENOTFOUND') addresses = [];
    }
    setTimeout(() => void look(), ttlMs).unref();
  };
  await look();
  return () => addresses;
}

/** `service.namespace.svc` with the cluster's domain, as the Pod's search list tells it. */
export function withinCluster(host: string, resolvConf: string): string {
  const domains = /^search\s+(.*)$/m.exec(resolvConf)?.[1]?.split(/\s+/) ?? [];
  const domain = domains.find((each) => each.startsWith('svc.'))?.slice('svc.'.length);
  return host.endsWith('.svc') && domain !== undefined ? `${host}.${domain}` : host;
}
