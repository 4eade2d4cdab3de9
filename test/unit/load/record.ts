import type { RequestRecord } from '../../../src/model/request-record.ts';

/** An answered request; a test changes what it is about. */
export function record(changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 1,
    load: 'main',
    engine: 'native',
    connection: 1,
    requestOnConnection: 0,
    connectionAgeMs: 0,
    intendedNs: 1_000_000,
    startNs: 1_050_000,
    firstByteNs: 6_000_000,
    endNs: 6_100_000,
    method: 'GET',
    path: '/',
    clientPort: 40_000,
    serverAddress: '198.18.16.11',
    outcome: 'ok',
    status: 200,
    errorCode: null,
    pod: 'web-1',
    bytesRead: 120,
    attempt: 0,
    announcedClose: false,
    retryOf: null,
    ...changes,
  };
}
