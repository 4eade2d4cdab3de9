import { expect, it } from 'vitest';

import { parseConntrack } from '../../../../src/observe/dataplane/parse-conntrack.ts';

it('parseConntrack finds the Pod behind a masqueraded connection in the reply’s source, the client in the original', () => {
  expect(
    parseConntrack(
      '[1795251882.891065]\t    [NEW] tcp      6 120 SYN_SENT src=198.18.80.254 dst=198.18.80.11 sport=53324 dport=30080 [UNREPLIED] src=198.18.65.3 dst=198.18.80.11 sport=8080 dport=22638',
    ),
  ).toEqual({
    wallMs: 1795251882891.065,
    byKernel: false,
    change: 'new',
    state: 'SYN_SENT',
    clientAddress: '198.18.80.254',
    clientPort: 53324,
    serviceAddress: '198.18.80.11',
    servicePort: 30080,
    podIP: '198.18.65.3',
    podPort: 8080,
    seenAddress: '198.18.80.11',
    seenPort: 22638,
  });
});

it('parseConntrack reads updates and ends, which carry no timeout or no state in some versions', () => {
  expect(
    parseConntrack(
      '[1795251882.891144]\t [UPDATE] tcp      6 432000 ESTABLISHED src=198.18.80.254 dst=198.18.80.11 sport=53324 dport=30080 src=198.18.65.3 dst=198.18.80.11 sport=8080 dport=22638 [ASSURED]',
    ),
  ).toMatchObject({ change: 'update', state: 'ESTABLISHED', podIP: '198.18.65.3' });
  expect(
    parseConntrack(
      '[1795251888.132076]\t[DESTROY] tcp      6 src=198.18.80.254 dst=198.18.80.11 sport=53340 dport=30080 src=198.18.64.3 dst=198.18.64.1 sport=8080 dport=64244 [ASSURED]',
    ),
  ).toMatchObject({ change: 'destroy', state: null, podIP: '198.18.64.3' });
});

it('parseConntrack knows a stamp of the kernel’s own by its nine decimals', () => {
  expect(
    parseConntrack(
      '[1795251882.891065123]\t    [NEW] tcp      6 src=198.18.80.254 dst=198.18.80.11 sport=53324 dport=30080 [UNREPLIED] src=198.18.65.3 dst=198.18.80.11 sport=8080 dport=22638',
    ),
  ).toMatchObject({ wallMs: 1795251882891.0652, byKernel: true, state: null, podIP: '198.18.65.3' });
});

it('parseConntrack leaves every other line alone', () => {
  expect(parseConntrack('conntrack v1.4.7 (conntrack-tools): 4 flow events have been shown.')).toBeNull();
  expect(
    parseConntrack(
      '[1795251888.132076]\t    [NEW] udp      17 30 src=198.18.80.254 dst=198.18.80.11 sport=1 dport=53 [UNREPLIED] src=198.18.80.11 dst=198.18.80.254 sport=53 dport=1',
    ),
  ).toBeNull();
});
