import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Cluster } from '../../src/cluster/cluster.ts';
import { loadKubeConfig } from '../../src/cluster/kube/load-kube-config.ts';
import { trialDirectoryName } from '../../src/history/trial-directory.ts';
import type { PlannedTrial } from '../../src/model/plan.ts';
import { openNewRun } from '../../src/run/open-run.ts';
import { runScenario, type RunProgress } from '../../src/run/run-scenario.ts';
import type { Distractor } from './distractor.ts';
import type { Fault } from './fault.ts';
import { followRecords } from './follow-records.ts';
import type { Play } from './play.ts';
import { playScenario } from './play-scenario.ts';
import { Stage } from './stage.ts';
import { dismissStrangers } from './stranger.ts';
import type { TruthLine } from './truth-line.ts';
import { TRUTH_FILE } from './truth-file.ts';

export interface PlayOptions {
  readonly cluster: Cluster;
  /** The run goes to `<reportsRoot>/<fault>/<run id>`. */
  readonly reportsRoot: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly signal: AbortSignal;
}

export interface Played {
  /** The run directory. Its trial also holds what the servers themselves say. */
  readonly runPath: string;
  /** The run has given everything back: its namespace takes some seconds to go, in which another play may begin. */
  readonly over: Promise<void>;
}

/**
 * Plays one fault as a run of its own on a running box: the tool's own trial, engines and observers, with the fault in
 * place of a disruption, and its distractors around it. Returns when the trial is measured.
 */
export async function playFault(play: Play, options: PlayOptions): Promise<Played> {
  const { fault, distractors } = play;
  const scenario = await playScenario(play, join(options.reportsRoot, 'manifests'));
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
    argv: ['truth', play.proxyMode, fault.name, play.cast],
  });
  const lines: TruthLine[] = [
    { atNs: 0, pod: null, what: 'played', distractors: distractors.map(({ name }) => name) },
  ];
  const tell = (line: TruthLine) => void lines.push(line);
  const over = new AbortController();
  const runStartNs = run.manifest.clock.start.monoNs;
  const scratch = await mkdtemp(join(tmpdir(), 'drainbench-truth-'));
  const [switchFile, clientRecord] = [join(scratch, 'switch'), join(scratch, 'record')];
  const distraction = new Distraction(distractors);
  let following = Promise.resolve();
  const restoreEnvironment = scriptLoadGenerators(fault, switchFile, clientRecord);
  const trialIsDone = Promise.withResolvers<undefined>();
  const running = runScenario(run, {
    existingCluster: options.cluster.name,
    signal: options.signal,
    progress: {
      ...SILENT,
      phase: (_trial, phase) => {
        if (phase === 'stop-load') distraction.end();
      },
      trialDone: () => trialIsDone.resolve(undefined),
    },
    maxAttempts: 1,
    disrupt: async (_spec, context) => {
      following = followRecords(context, runStartNs, tell, over.signal);
      const stage = new Stage(context, options.cluster, switchFile, { lines, tell });
      const pods = await stage.pods();
      for (const pod of pods) await stage.untilTold('listening', pod);
      await distraction.begin(stage);
      await stage.untilReady(pods.length);
      const played = await fault.play(stage);
      if (fault.ends === 'nothing') return { victims: [] };
      return 'victims' in played ? played : { victims: played };
    },
  });
  const gaveBack = running.then((left) => {
    if (left !== null) throw left;
  });
  // Told to whoever waits for it.
  gaveBack.catch(() => undefined);
  try {
    await Promise.race([trialIsDone.promise, running]);
  } finally {
    restoreEnvironment();
    // Where the trial broke off, its distractors did: why it did stands in its record, and must not be hidden here.
    await distraction
      .ended()
      .catch((error: unknown) => {
        if (!isAbort(error)) throw error;
      })
      .finally(() => over.abort());
    await following;
    await dismissStrangers({
      kubeConfig: loadKubeConfig(options.cluster.kubeconfigPath),
      signal: options.signal,
    });
    lines.push(...(await readClientRecord(clientRecord, runStartNs)));
    await rm(scratch, { recursive: true });
    const file = join(run.directory.path, trialDirectoryName(trial, 1), TRUTH_FILE);
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  return { runPath: run.directory.path, over: gaveBack };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** All distractors of a play: begun one after the other under load, ended side by side with it. */
class Distraction {
  readonly #distractors: readonly Distractor[];
  readonly #ends: (() => Promise<void>)[] = [];
  #ending: Promise<unknown> | null = null;

  constructor(distractors: readonly Distractor[]) {
    this.#distractors = distractors;
  }

  async begin(stage: Stage): Promise<void> {
    this.#ends.push(() => stage.hurry());
    for (const { begin } of this.#distractors) {
      if (begin !== undefined) this.#ends.push(await begin(stage));
    }
  }

  end(): void {
    this.#ending ??= Promise.all(this.#ends.map((end) => end()));
    // Told to whoever waits for it.
    this.#ending.catch(() => undefined);
  }

  async ended(): Promise<void> {
    this.end();
    await this.#ending;
  }
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
