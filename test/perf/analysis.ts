import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { HistoryEvent, NewHistoryEvent } from '../../src/model/history-event.ts';
import type { RequestRecord } from '../../src/model/request-record.ts';
import { synthesizeRun, type SyntheticRun, type SyntheticTrial } from '../unit/analyze/synthesize-run.ts';
import { writeSyntheticRun } from '../unit/analyze/write-synthetic-run.ts';

/**
 * What the analysis of a large run costs: a million requests and a hundred thousand events, in a process of its own.
 * The run is synthetic; each of its trials has what the observers would have written of its first connections.
 *
 *   node test/perf/analysis.ts        prints figures, also for a run of which 5 % of the requests failed; exit code 1
 *                                     when they are over the limits
 */
const LIMITS = { seconds: 10, mebibytes: 512 };
const REQUESTS = 1_000_000;
const EVENTS = 100_000;
const TRIALS = 10;
const ROOT = join(import.meta.dirname, '../..');
const COMPILED = join(ROOT, 'node_modules/.cache/drainbench-perf');

const [mode, folder = '', share = '0'] = process.argv.slice(2);
if (mode === 'make') await make(folder, Number(share));
else if (mode === 'analyze') await analyze(folder);
else for (const share of [0, 0.05]) await measure(share);

async function measure(failing: number): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'drainbench-perf-analysis-'));
  try {
    const run = promisify(execFile);
    await compile();
    const made = JSON.parse(
      (await run(process.execPath, [import.meta.filename, 'make', path, String(failing)])).stdout,
    ) as Made;
    const { stdout } = await run(process.execPath, [import.meta.filename, 'analyze', path]);
    const cost = JSON.parse(stdout) as Cost;
    process.stdout.write(
      [
        `requests   ${made.requests} in ${made.trials} trials, ${cost.failures} of them failed`,
        `events     ${made.events}`,
        `analysis   ${cost.analyzeSeconds.toFixed(1)} s`,
        `reports    ${cost.renderSeconds.toFixed(1)} s, ${(cost.bytes / 1e6).toFixed(1)} MB (report.html ${(cost.htmlBytes / 1e6).toFixed(1)} MB)`,
        `memory     ${cost.mebibytes.toFixed(0)} MiB at the most (limit ${LIMITS.mebibytes})`,
        `together   ${(cost.analyzeSeconds + cost.renderSeconds).toFixed(1)} s (limit ${LIMITS.seconds})`,
        '',
      ].join('\n'),
    );
    const within =
      cost.analyzeSeconds + cost.renderSeconds <= LIMITS.seconds && cost.mebibytes <= LIMITS.mebibytes;
    if (!within) process.exitCode = 1;
  } finally {
    await rm(path, { recursive: true });
  }
}

interface Made {
  readonly requests: number;
  readonly events: number;
  readonly trials: number;
}

interface Cost {
  readonly failures: number;
  readonly analyzeSeconds: number;
  readonly renderSeconds: number;
  readonly bytes: number;
  readonly htmlBytes: number;
  readonly mebibytes: number;
}

async function make(path: string, failing: number): Promise<void> {
  const run = synthesizeRun({
    name: 'perf-analysis',
    strategies: [
      { name: 'none', preStopSeconds: 0, routedMs: 320 },
      { name: 'sleep-1', preStopSeconds: 1 },
      { name: 'sleep-2', preStopSeconds: 2 },
    ],
    blocks: TRIALS / 5,
    ratePerSecond: 12_000,
    baselineMs: 1000,
    tailMs: 1000,
    seed: 3,
  });
  const trials = run.trials.map((trial) => resized(trial, REQUESTS / TRIALS / 2, EVENTS / TRIALS, failing));
  const sized: SyntheticRun = { ...run, trials };
  await writeSyntheticRun(path, sized);
  const made: Made = {
    requests: trials.reduce((sum, { ledgers }) => sum + [...ledgers.values()].flat().length, 0),
    events: trials.reduce((sum, { events }) => sum + events.length, 0),
    trials: trials.length,
  };
  process.stdout.write(JSON.stringify(made));
}

/** So many requests a load, and so many events in all: the first connections as the observers see them. */
function resized(trial: SyntheticTrial, requests: number, events: number, failing: number): SyntheticTrial {
  const disruptionNs = trial.events.find(({ type }) => type === 'action')?.atNs ?? Infinity;
  const ledgers = new Map(
    [...trial.ledgers].map(
      ([load, records]) => [load, withFailures(filled(records, requests), failing, disruptionNs)] as const,
    ),
  );
  const seen: NewHistoryEvent[] = [];
  const wanted = events - trial.events.length;
  for (const record of [...ledgers.values()].flat()) {
    if (seen.length + 3 > wanted) break;
    seen.push(...connectionEvents(record));
  }
  const all: readonly NewHistoryEvent[] = [...trial.events, ...seen];
  return {
    ...trial,
    record: { ...trial.record, loads: trial.record.loads.map((load) => ({ ...load, intended: requests })) },
    ledgers,
    events: all
      .toSorted((a, b) => a.atNs - b.atNs)
      .map((event, index): HistoryEvent => ({ ...event, id: index + 1 })),
  };
}

/** The ledger cut to so many rows, or with its last answered row repeated. */
function filled(records: readonly RequestRecord[], count: number): readonly RequestRecord[] {
  const cut = records.slice(0, count);
  const last = cut.findLast(({ outcome }) => outcome === 'ok');
  if (last === undefined) return cut;
  while (cut.length < count) cut.push({ ...last, id: cut.length + 1 });
  return cut.map((record, index) => ({ ...record, id: index + 1 }));
}

/** So large a share of the answered ones after the disruption, spread evenly, refused instead. */
function withFailures(
  records: readonly RequestRecord[],
  share: number,
  sinceNs: number,
): readonly RequestRecord[] {
  if (share === 0) return records;
  return records.map((record, index) =>
    record.outcome !== 'ok' || record.intendedNs < sinceNs || index % Math.round(1 / share) !== 0
      ? record
      : {
          ...record,
          outcome: 'refused',
          status: null,
          pod: null,
          firstByteNs: null,
          errorCode: 'ECONNREFUSED',
        },
  );
}

function connectionEvents(record: RequestRecord): readonly NewHistoryEvent[] {
  const atNs = (record.startNs ?? record.intendedNs) + 100_000;
  const port = record.clientPort ?? 1;
  const socket = {
    localPort: 8080,
    remoteAddress: '198.18.0.11',
    remotePort: port,
    container: null,
  } as const;
  const kernel = {
    uncertaintyNs: 1000,
    source: 'kernel-trace',
    localAddress: '198.18.2.11',
    ...socket,
  } as const;
  return [
    {
      type: 'conntrack',
      node: 'node-1',
      change: 'new',
      clientAddress: '198.18.0.1',
      clientPort: port,
      serviceAddress: '198.18.0.11',
      servicePort: 30_080,
      podIP: '198.18.2.11',
      podPort: 8080,
      seenAddress: '198.18.0.11',
      seenPort: port,
      state: 'SYN_SENT',
      atNs,
      uncertaintyNs: 1_000_000,
      source: 'conntrack',
    },
    { type: 'socket-state', from: 'SYN_RECV', to: 'ESTABLISHED', atNs: atNs + 20_000, ...kernel },
    { type: 'socket-state', from: 'ESTABLISHED', to: 'CLOSE_WAIT', atNs: atNs + 25_000_000, ...kernel },
  ];
}

async function analyze(path: string): Promise<void> {
  const { analyzeRun, renderAll } = await compiled();
  const started = performance.now();
  const result = await analyzeRun(path);
  const analyzed = performance.now();
  const sizes = new Map(
    renderAll(result).map(({ path: file, chunks }) => {
      let bytes = 0;
      for (const chunk of chunks) bytes += Buffer.byteLength(chunk);
      return [file, bytes] as const;
    }),
  );
  const rendered = performance.now();
  const cost: Cost = {
    failures: result.trials.reduce((sum, { failures }) => sum + failures.length, 0),
    analyzeSeconds: (analyzed - started) / 1000,
    renderSeconds: (rendered - analyzed) / 1000,
    bytes: [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
    htmlBytes: sizes.get('report.html') ?? 0,
    // Linux and macOS: KiB.
    mebibytes: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(JSON.stringify(cost));
}

/** What users run is compiled, and Node does not load TSX by itself. Type errors are not this script's matter. */
async function compile(): Promise<void> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = [
    '-p',
    join(ROOT, 'tsconfig.build.json'),
    '--outDir',
    COMPILED,
    '--incremental',
    'false',
    '--tsBuildInfoFile',
    'null',
  ];
  await promisify(execFile)(process.execPath, [tsc, ...options]).catch(() => undefined);
}

async function compiled(): Promise<{
  readonly analyzeRun: typeof import('../../src/analyze/analyze-run.ts').analyzeRun;
  readonly renderAll: typeof import('../../src/report/render-all.ts').renderAll;
}> {
  const load = async (file: string): Promise<unknown> => await import(join(COMPILED, file));
  const [analysis, report] = await Promise.all([
    load('analyze/analyze-run.js'),
    load('report/render-all.js'),
  ]);
  return { ...(analysis as object), ...(report as object) } as Awaited<ReturnType<typeof compiled>>;
}
