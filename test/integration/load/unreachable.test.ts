import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../src/model/request-record.ts';
import type { Finding } from '../../../src/model/verdict.ts';
import { startLoadProcess } from '../../../src/load/load-process.ts';
import { HostileServer } from './hostile-server.ts';
import { runLoad } from './run-load.ts';
import { loadSpec } from '../../unit/load/load-spec.ts';

const ENGINES = ['native', 'autocannon'] as const;
const MODES = ENGINES.flatMap((engine) =>
  (['keep-alive', 'fresh'] as const).map((connections) => ({ engine, connections })),
);
const root = process.getuid?.() === 0;

describe.each(MODES)('$engine over $connections connections', ({ engine, connections }) => {
  it('calls a SYN that nobody answers a connect-timeout, and a connection that nobody accepts a response-timeout', async () => {
    const listener = fork(join(import.meta.dirname, 'stalled-listener.ts'));
    const [port] = (await once(listener, 'message')) as [number];
    listener.kill('SIGSTOP');
    try {
      // The kernel completes two handshakes for the stopped listener; it drops every SYN after those.
      const { records, findings } = await runLoad(
        {
          engine,
          connections,
          concurrency: 6,
          ratePerSecond: 30,
          connectTimeoutMs: 300,
          responseTimeoutMs: 300,
        },
        [{ host: '127.0.0.1', port }],
        (sofar) => sofar.some(({ outcome }) => outcome === 'connect-timeout') && sofar.length >= 6,
      );
      expect(findings).toEqual([]);
      const outcomes = new Set(records.map(({ outcome }) => outcome));
      expect(
        [...outcomes].filter((outcome) => outcome !== 'not-sent' && outcome !== 'censored').sort(),
      ).toEqual(['connect-timeout', 'response-timeout']);
      const timedOut = records.filter(({ outcome }) => outcome === 'connect-timeout');
      expect(timedOut.every(({ clientPort }) => (clientPort ?? 0) > 0)).toBe(true);
    } finally {
      listener.kill('SIGKILL');
    }
  });
});

/**
 * A client namespace, and a router namespace behind it that rejects one address and swallows packets to another. Made
 * anew for every test: a Linux router sends one client a handful of ICMP errors, then one a second, and the other SYNs
 * just vanish (net.ipv4.icmp_ratelimit, and net.ipv4.route.error_burst, which no namespace can change). Users see the
 * same: the first `unreachable`, the rest `connect-timeout`.
 */
const CLIENT = `dbload-c-${process.pid}`;
const ROUTER = `dbload-r-${process.pid}`;
const REJECTED = '198.18.77.9';
const SWALLOWED = '198.18.77.10';

describe.skipIf(!root)('in network namespaces (needs root)', () => {
  beforeEach(async () => {
    const ip = (...words: string[]): Promise<unknown> => execa('ip', words);
    await ip('netns', 'add', CLIENT);
    await ip('netns', 'add', ROUTER);
    await ip('-n', CLIENT, 'link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'down0', 'netns', ROUTER);
    await ip('-n', CLIENT, 'addr', 'add', '198.18.77.1/30', 'dev', 'up0');
    await ip('-n', ROUTER, 'addr', 'add', '198.18.77.2/30', 'dev', 'down0');
    await ip('-n', CLIENT, 'link', 'set', 'up0', 'up');
    await ip('-n', ROUTER, 'link', 'set', 'down0', 'up');
    await ip('-n', CLIENT, 'route', 'add', '198.18.77.8/29', 'via', '198.18.77.2');
    const settings = ['net.ipv4.ip_forward=1', 'net.ipv4.icmp_ratelimit=0'];
    await execa('ip', ['netns', 'exec', ROUTER, 'sysctl', '-w', ...settings]);
    await ip('-n', ROUTER, 'route', 'add', 'unreachable', REJECTED);
    await ip('-n', ROUTER, 'route', 'add', 'blackhole', SWALLOWED);
  });
  afterEach(async () => {
    for (const name of [CLIENT, ROUTER]) await execa('ip', ['netns', 'del', name], { reject: false });
  });

  async function probe(engine: string, connections: string, host: string): Promise<RequestRecord[]> {
    const script = join(import.meta.dirname, 'load-probe.ts');
    const command = ['netns', 'exec', CLIENT, process.execPath, script, engine, connections, host, '80', '4'];
    const { stdout } = await execa('ip', command);
    const { records, findings } = JSON.parse(stdout) as { records: RequestRecord[]; findings: Finding[] };
    expect(findings).toEqual([]);
    return records.filter(({ outcome }) => outcome !== 'not-sent' && outcome !== 'censored');
  }

  it.each(MODES)('$engine, $connections: an ICMP answer is unreachable', async ({ engine, connections }) => {
    const records = await probe(engine, connections, REJECTED);
    expect(new Set(records.map(({ outcome, errorCode }) => `${outcome} ${errorCode ?? ''}`))).toEqual(
      new Set(['unreachable EHOSTUNREACH']),
    );
    expect(records.every(({ clientPort }) => (clientPort ?? 0) > 0)).toBe(true);
  });

  it.each(MODES)(
    '$engine, $connections: no answer at all is a connect-timeout',
    async ({ engine, connections }) => {
      const records = await probe(engine, connections, SWALLOWED);
      expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(['connect-timeout']));
      expect(records.every(({ clientPort }) => (clientPort ?? 0) > 0)).toBe(true);
    },
  );

  it('a disk that fills up during the load fails it with the reason', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'drainbench-tiny-'));
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', directory]);
    const server = await HostileServer.listen([]);
    try {
      const load = await startLoadProcess({
        spec: loadSpec({
          name: 'probe',
          connections: 'keep-alive',
          ratePerSecond: 1000,
          concurrency: 50,
        }),
        targets: [{ host: '127.0.0.1', port: server.port }],
        runStartNs: process.hrtime.bigint(),
        ledgerPath: join(directory, 'requests.csv'),
      });
      await expect(load.ended).rejects.toMatchObject({
        code: 'history-not-written',
        message: expect.stringContaining('ENOSPC') as string,
      });
    } finally {
      await server.close();
      await execa('umount', [directory]);
      await rm(directory, { recursive: true });
    }
  });
});
