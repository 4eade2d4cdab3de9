// Measures the load engines on loopback, as printed figures: `node test/perf/load.ts [seconds per round]`.
// Nothing is asserted; the aims are printed beside the figures. Bounded: about two minutes.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import type { LoadSpec } from '../../src/model/scenario.ts';
import { ConservationCheck } from '../../src/load/check-conservation.ts';
import type { LoadSummary } from '../../src/load/load-engine.ts';
import { startLoadProcess } from '../../src/load/load-process.ts';
import { openRequestLedger } from '../../src/history/request-ledger-reader.ts';
import { loadSpec } from '../unit/load/load-spec.ts';

/** `http`: node:http, what a service is like. `raw`: a canned answer on node:net, as fast as a target can be here. */
export type TargetKind = 'http' | 'raw';

const CONNECTIONS = 20;

export interface Throughput {
  readonly target: TargetKind;
  /** Requests answered a second, one figure a round, in turns. */
  readonly bare: readonly number[];
  readonly ledger: readonly number[];
  /** Median of the rounds' ledger ÷ bare. */
  readonly ratio: number;
}

/** Bare autocannon and the autocannon engine with its ledger, in turns against the same target. */
export async function measureThroughput(
  target: TargetKind,
  seconds: number,
  rounds: number,
): Promise<Throughput> {
  const server = await startRole('target', target);
  const bare: number[] = [];
  const ledger: number[] = [];
  try {
    await runBare(server.port, 1);
    for (let round = 0; round < rounds; round++) {
      bare.push(await runBare(server.port, seconds));
      ledger.push(await runLedger(server.port, seconds));
    }
  } finally {
    server.child.kill();
  }
  const ratio = median(bare.map((value, index) => (ledger[index] ?? NaN) / value));
  return { target, bare, ledger, ratio };
}

export interface Lateness {
  readonly connections: LoadSpec['connections'];
  readonly summary: LoadSummary;
}

/** The native engine at an even rate. */
export async function measureLateness(
  connections: LoadSpec['connections'],
  ratePerSecond: number,
  seconds: number,
): Promise<Lateness> {
  const server = await startRole('target', 'http');
  try {
    const { summary } = await runEngine(
      { engine: 'native', connections, ratePerSecond, concurrency: 100 },
      server.port,
      () => sleep(seconds * 1000),
    );
    return { connections, summary };
  } finally {
    server.child.kill();
  }
}

export interface Memory {
  readonly requests: number;
  readonly seconds: number;
  /** Highest resident memory of the load process, MiB, and at a tenth of the requests. */
  readonly peakMib: number;
  readonly earlyMib: number;
  readonly ledgerMib: number;
  /** What the conservation law says of the ledger, read back. */
  readonly findings: readonly string[];
}

/** The load process over many requests, at most `limitS` seconds. */
export async function measureMemory(requests: number, limitS: number): Promise<Memory> {
  const server = await startRole('target', 'raw');
  const directory = await mkdtemp(join(tmpdir(), 'drainbench-perf-'));
  const ledgerPath = join(directory, 'requests.csv');
  let peakMib = 0;
  let earlyMib = 0;
  const began = process.hrtime.bigint();
  try {
    const { summary } = await runEngine(
      { engine: 'autocannon', concurrency: CONNECTIONS },
      server.port,
      async (load) => {
        for (let tick = 0; tick < limitS * 10; tick++) {
          await sleep(100);
          const { intended } = load.counters();
          if (intended < requests / 10) earlyMib = residentMib(load.pid, 'VmRSS');
          peakMib = residentMib(load.pid, 'VmHWM');
          if (intended >= requests) return;
        }
      },
      ledgerPath,
    );
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    const check = new ConservationCheck('perf');
    for await (const record of await openRequestLedger(ledgerPath)) check.add(record);
    const findings = check.findings(summary).map(({ message }) => message);
    const ledgerMib = (await stat(ledgerPath)).size / 2 ** 20;
    return { requests: summary.intended, seconds, peakMib, earlyMib, ledgerMib, findings };
  } finally {
    server.child.kill();
    await rm(directory, { recursive: true });
  }
}

async function runLedger(port: number, seconds: number): Promise<number> {
  const { summary } = await runEngine({ engine: 'autocannon', concurrency: CONNECTIONS }, port, () =>
    sleep(seconds * 1000),
  );
  return summary.byOutcome.ok / ((summary.stopNs - summary.startNs) / 1e9);
}

type Running = Awaited<ReturnType<typeof startLoadProcess>>;

async function runEngine(
  changes: Partial<LoadSpec>,
  port: number,
  during: (load: Running) => Promise<unknown>,
  ledgerPath?: string,
): Promise<{ summary: LoadSummary }> {
  const directory = ledgerPath === undefined ? await mkdtemp(join(tmpdir(), 'drainbench-perf-')) : undefined;
  try {
    const load = await startLoadProcess({
      spec: loadSpec({ name: 'perf', connections: 'keep-alive', ...changes }),
      targets: [{ host: '127.0.0.1', port }],
      runStartNs: process.hrtime.bigint(),
      ledgerPath: ledgerPath ?? join(directory ?? '', 'requests.csv'),
    });
    await during(load);
    return { summary: await load.stop({ drainMs: 1000 }) };
  } finally {
    if (directory !== undefined) await rm(directory, { recursive: true });
  }
}

async function runBare(port: number, seconds: number): Promise<number> {
  // In a session of its own as the load process is: the scheduler shares CPU out by session.
  const child = fork(import.meta.filename, ['bare', String(port), String(seconds)], { detached: true });
  const [perSecond] = (await once(child, 'message')) as [number];
  return perSecond;
}

async function startRole(role: string, argument: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(import.meta.filename, [role, argument]);
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

function residentMib(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? NaN) / 1024;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** The target's side, in a process of its own. */
function serve(kind: string): void {
  const server =
    kind === 'http'
      ? createHttpServer((_, response) => response.setHeader('x-pod', 'perf').end('hello'))
      : createServer((socket) => {
          const answer = Buffer.from('HTTP/1.1 200 OK\r\nx-pod: perf\r\nContent-Length: 5\r\n\r\nhello');
          socket.setNoDelay(true);
          socket.on('error', () => undefined);
          // The load's requests are far smaller than a segment, and one is under way at a time: a piece is a request.
          socket.on('data', () => socket.write(answer));
        });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
}

/** autocannon as it comes, with the request that the engine sends. */
async function bare(port: string, seconds: string): Promise<void> {
  const duration = Number(seconds);
  let answered = 0;
  const began = process.hrtime.bigint();
  await autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections: CONNECTIONS,
    duration,
    headers: { 'x-request-id': 'perf-1000000' },
    setupClient: (client) => client.on('response', () => answered++),
  });
  const elapsed = Number(process.hrtime.bigint() - began) / 1e9;
  process.send?.(answered / elapsed, undefined, undefined, () => process.exit());
}

async function main(seconds: number): Promise<void> {
  const whole = (value: number): string => Math.round(value).toLocaleString('en');
  const ms = (value: number | undefined): string => `${value?.toFixed(2) ?? '–'} ms`;
  const busy = loadavg()[0]?.toFixed(1) ?? '?';
  console.log(`${availableParallelism()} cores, load average ${busy}, node ${process.version}`);
  for (const target of ['http', 'raw'] as const) {
    const { bare, ledger, ratio } = await measureThroughput(target, seconds, 5);
    console.log(
      `autocannon, ${target} target, requests/s: bare ${bare.map(whole).join(' ')}; with ledger ${ledger
        .map(whole)
        .join(
          ' ',
        )}; ratio ${ratio.toFixed(3)} (${target === 'http' ? 'aim ≥ 0.95' : 'no service answers this fast: the generator itself is the limit'})`,
    );
  }
  for (const connections of ['keep-alive', 'fresh'] as const) {
    const { summary } = await measureLateness(connections, 1000, 2 * seconds);
    const { latenessMs: late, byOutcome, intended } = summary;
    console.log(
      `native at 1,000/s, ${connections}: lateness p50 ${ms(late?.p50)}, p99 ${ms(late?.p99)} (aim ≤ 5), max ${ms(
        late?.max,
      )}; ${whole(byOutcome.ok)} ok of ${whole(intended)}, ${byOutcome['not-sent']} not sent`,
    );
  }
  const memory = await measureMemory(1_000_000, 180);
  console.log(
    `${whole(memory.requests)} requests in ${memory.seconds.toFixed(0)} s: resident ${whole(memory.earlyMib)} MiB at a tenth, peak ` +
      `${whole(memory.peakMib)} MiB (aim < 250); ledger ${whole(memory.ledgerMib)} MiB; conservation ${
        memory.findings.join(' ') || 'holds'
      }`,
  );
}

const [role = '3', ...words] = process.argv.slice(2);
if (import.meta.main) {
  if (role === 'target') serve(words[0] ?? '');
  else if (role === 'bare') await bare(words[0] ?? '', words[1] ?? '');
  else await main(Number(role));
}
