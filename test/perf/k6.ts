// Measures what our reading costs k6, on loopback, as printed figures: `node test/perf/k6.ts [seconds per round]`.
// Nothing is asserted; the aim is printed beside the figure. Bounded: about a minute.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { K6_ARGUMENTS, k6Environment } from '../../src/load/k6/k6-command.ts';
import { k6Script, SUMMARY_MARK } from '../../src/load/k6/k6-script.ts';
import { startLoadProcess } from '../../src/load/load-process.ts';
import { findK6 } from '../../src/run/find-k6.ts';
import { loadSpec } from '../unit/load/load-spec.ts';

const CONNECTIONS = 20;
const ROUNDS = 5;
/** Far above what k6 can do here: what it can, it then does. */
const MOST = 20_000;
/** Above it by so much that k6 is never idle, and drops few. */
const MARGIN = 1.2;

interface Round {
  readonly port: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly k6: string;
}

/** k6 with the very script that the engine gives it, its samples thrown away. @returns requests a second */
async function runBare({ port, ratePerSecond, seconds, k6 }: Round): Promise<number> {
  const script = k6Script({ ...load(), ratePerSecond }, [{ host: '127.0.0.1', port }]).replace(
    'const counts = {};',
    'const counts = { ms: data.state.testRunDurationMs };',
  );
  const options = K6_ARGUMENTS.map((option) => (option === '--out=csv=-' ? '--out=json=/dev/null' : option));
  // In a session of its own as the load process is: the scheduler shares CPU out by session.
  const child = spawn(k6, options, {
    detached: true,
    env: k6Environment(process.env),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.end(script);
  const said = text(child.stdout);
  const ended = once(child, 'close');
  await sleep(seconds * 1000);
  child.kill('SIGINT');
  await ended;
  const line = (await said).split('\n').find((each) => each.startsWith(SUMMARY_MARK)) ?? '';
  const counts = JSON.parse(line.slice(SUMMARY_MARK.length)) as { ms: number; http_reqs: number };
  return counts.http_reqs / (counts.ms / 1000);
}

async function runLedger({ port, ratePerSecond, seconds, k6 }: Round): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'drainbench-perf-'));
  try {
    const started = await startLoadProcess({
      spec: { ...load(), ratePerSecond, k6 },
      targets: [{ host: '127.0.0.1', port }],
      runStartNs: process.hrtime.bigint(),
      ledgerPath: join(directory, 'requests.csv'),
    });
    await sleep(seconds * 1000);
    const { byOutcome, startNs, stopNs } = await started.stop({ drainMs: 1000 });
    return byOutcome.ok / ((stopNs - startNs) / 1e9);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function load() {
  return loadSpec({ name: 'perf', engine: 'k6', connections: 'keep-alive', concurrency: CONNECTIONS });
}

const seconds = Number(process.argv[2] ?? '3');
const target = fork(join(import.meta.dirname, 'load.ts'), ['target', 'http']);
const [port] = (await once(target, 'message')) as [number];
try {
  const { path, version } = await findK6();
  const most = await runBare({ port, ratePerSecond: MOST, seconds, k6: path });
  const round = { port, ratePerSecond: Math.ceil(most * MARGIN), seconds, k6: path };
  const ratios: number[] = [];
  const figures: string[] = [];
  for (let count = 0; count < ROUNDS; count++) {
    const bare = await runBare(round);
    const ledger = await runLedger(round);
    ratios.push(ledger / bare);
    figures.push(`${bare.toFixed(0)}/${ledger.toFixed(0)}`);
  }
  const ratio = ratios.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
  console.log(
    `k6 ${version}, requests/s bare/with ledger: ${figures.join(' ')}; ratio ${ratio.toFixed(3)} (aim ≥ 0.97)`,
  );
} finally {
  target.kill();
}
