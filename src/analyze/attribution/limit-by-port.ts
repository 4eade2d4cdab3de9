import type { Attribution } from '../../model/attribution.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import { atMost } from './conclusion.ts';

/**
 * k6 does not tell from which port it sent a request. Where the kernel did not tell either (`portsFromKernel`), nothing of
 * what it and connection tracking saw is known to be of this very connection: it fits by its time and its address, which
 * others may fit as well. So no cause of such a request is certain.
 */
export function limitByPort(
  attribution: Attribution,
  { engine, clientPort, startNs }: Pick<RequestRecord, 'engine' | 'clientPort' | 'startNs'>,
): Attribution {
  // One that never reached the network has no port with any engine.
  if (engine !== 'k6' || clientPort !== null || startNs === null) return attribution;
  return {
    ...attribution,
    confidence: atMost(attribution.confidence, 'likely'),
    missing: [
      ...attribution.missing,
      "the client's port, which k6 does not tell, nor the kernel of this one alone",
    ],
  };
}
