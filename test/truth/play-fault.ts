import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Cluster } from '../../src/cluster/cluster.ts';
import { trialDirectoryName } from '../../src/history/trial-directory.ts';
import type { PlannedTrial } from '../../src/model/plan.ts';
import { openNewRun } from '../../src/run/open-run.ts';
import { runScenario, type RunProgress } from '../../src/run/run-scenario.ts';
import type { Fault } from './fault.ts';
import { faultScenario } from './fault-scenario.ts';
import { followRecords } from './follow-records.ts';
import { Stage } from './stage.ts';
import type { TruthLine } from './truth-line.ts';
import { TRUTH_FILE } from './truth-file.ts';

export interface PlayOptions {
  readonly cluster: Cluster;
  readonly proxyMode: 'nftables' | 'iptables';
  /** The run goes to `<reportsRoot>/<fault>/<run id>`. */
  readonly reportsRoot: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * Plays one fault as a run of its own on a running box: the tool's own trial, engines and observers, with the fault in
 * place of a disruption. Returns the run directory, whose trial also holds what the servers themselves say.
 */
export async function playFault(fault: Fault, options: PlayOptions): Promise<string> {
  const scenario = faultScenario(fault, options.proxyMode);
  const [strategy] = scenario.spec.strategies;
  const [disruption] = scenario.spec.disruptions;
  if (strategy === undefined || disruption === undefined) throw new Error('a fault has one of each');
  const { seed } = options;
  const trial: PlannedTrial = { number: 1, block: 1, role: 'comparison', strategy, disruption, seed };
  const run = await openNewRun({
    plan: { scenario, seed, blocks: 1, trials: [trial] },
    scenarioFile: null,
    reportsRoot: options.reportsRoot,
    versions: options.versions,
    argv: ['truth', options.proxyMode, fault.name],
  });
  const lines: TruthLine[] = [];
  const tell = (line: TruthLine) => void lines.push(line);
  const over = new AbortController();
  const runStartNs = run.manifest.clock.start.monoNs;
  const scratch = await mkdtemp(join(tmpdir(), 'drainbench-truth-'));
  const [switchFile, clientRecord] = [join(scratch, 'switch'), join(scratch, 'record')];
  let following = Promise.resolve();
  const restoreEnvironment = scriptLoadGenerators(fault, switchFile, clientRecord);
  try {
    await runScenario(run, {
      existingCluster: options.cluster.name,
      signal: options.signal,
      progress: SILENT,
      maxAttempts: 1,
      disrupt: async (_spec, context) => {
        following = followRecords(context, runStartNs, tell, over.signal);
        const stage = new Stage(context, options.cluster, switchFile, tell);
        const pods = await stage.pods();
        const isFollowed = (name: string) =>
          lines.some(({ what, pod }) => what === 'listening' && pod === name);
        await stage.until('every record is followed', () =>
          Promise.resolve(pods.every(({ name }) => isFollowed(name))),
        );
        return { victims: await fault.play(stage) };
      },
    });
  } finally {
    restoreEnvironment();
    over.abort();
    await following;
    lines.push(...(await readClientRecord(clientRecord, runStartNs)));
    await rm(scratch, { recursive: true });
    const file = join(run.directory.path, trialDirectoryName(trial, 1), TRUTH_FILE);
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  return run.directory.path;
}

/** The load generators are child processes: what they are to load, they learn from their environment. */
function scriptLoadGenerators(fault: Fault, switchFile: string, record: string): () => void {
  if (fault.inLoadGenerator === undefined) return () => undefined;
  const names = {
    NODE_OPTIONS: `--import ${fault.inLoadGenerator}`,
    TRUTH_SWITCH: switchFile,
    TRUTH_RECORD: record,
  };
  Object.assign(process.env, names);
  return () => {
    for (const name of Object.keys(names)) Reflect.deleteProperty(process.env, name);
  };
}

async function readClientRecord(file: string, runStartNs: number): Promise<readonly TruthLine[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { monoNs, ...rest } = JSON.parse(line) as { readonly monoNs: string; readonly what: string };
      return { ...rest, atNs: Number(monoNs) - runStartNs, pod: null };
    });
}

const SILENT: RunProgress = {
  tool: () => undefined,
  step: () => undefined,
  phase: () => undefined,
  counters: () => undefined,
  trialDone: () => undefined,
  cleanUp: () => undefined,
};
