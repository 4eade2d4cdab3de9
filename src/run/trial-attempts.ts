import { trialDirectoryName } from '../history/trial-directory.ts';
import { leavesWorkload } from '../disrupt/leaves-workload.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { RunContext } from '../trial/run-context.ts';
import { runTrial } from '../trial/run-trial.ts';
import { standMaker } from '../trial/stand-maker.ts';
import type { Stand } from '../trial/stand.ts';
import { Stands } from '../trial/stands.ts';
import { AnalysisThread } from './analysis-thread.ts';
import { awaitCluster } from './await-cluster.ts';
import type { LaneCount } from './lane-count.ts';
import type { RunOptions } from './run-options.ts';
import type { Attempt } from './run-plan.ts';
import { runsAlone } from './trial-concurrency.ts';

/** Attempts at trials, each on a cluster that answers, and in its lane on one that has nothing of the one before. */
export class TrialAttempts {
  readonly #context: RunContext;
  readonly #options: RunOptions;
  readonly #requireSame: (signal: AbortSignal) => Promise<void>;
  readonly #stands: Stands<Stand>;
  readonly #lanes: LaneCount;
  readonly #analysis = new AnalysisThread();
  /** To be removed before another trial begins. */
  #broken: readonly Stand[] = [];

  constructor(
    context: RunContext,
    options: RunOptions,
    requireSame: (signal: AbortSignal) => Promise<void>,
    lanes: LaneCount,
  ) {
    this.#context = context;
    this.#options = options;
    this.#requireSame = requireSame;
    this.#stands = new Stands(standMaker(context));
    this.#lanes = lanes;
  }

  async attempt(trial: PlannedTrial, number: number): Promise<Attempt> {
    await awaitCluster(this.#requireSame, this.#context.signal);
    await this.#tidy();
    // What is done to a node is done to all Pods on it.
    if (runsAlone(trial)) await this.#stands.removeAll();
    const stand = await this.#stands.take(trial, number);
    try {
      return await this.#measure(trial, number, stand);
    } catch (error) {
      this.#broken = [...this.#broken, stand];
      throw error;
    }
  }

  /** Deploys what these trials will follow each other on, where they do. */
  async prepare(trials: readonly PlannedTrial[]): Promise<void> {
    const once = trials.filter(({ disruption }) => leavesWorkload(disruption));
    if (!this.#context.deployOnce || once.length === 0) return;
    this.#options.progress.step('deploying the app once for each of the settings');
    await this.#stands.prepare(once);
  }

  async #measure(trial: PlannedTrial, number: number, stand: Stand): Promise<Attempt> {
    const { journal, runPath, scenario, cluster } = this.#context;
    const beganMs = performance.now();
    const directory = trialDirectoryName(trial, number);
    await journal.write({ type: 'trial-started', trial: trial.number, attempt: number, directory });
    const end = await runTrial(this.#context, trial, number, stand);
    const { loads, target } = scenario.spec;
    const nodes = cluster.nodes.map(({ name }) => name);
    const analyzed = await this.#analysis.analyze(runPath, directory, loads, target, nodes);
    const { verdict, findings } = analyzed;
    const isVoid = verdict === 'void';
    await journal.write({ type: 'trial-finished', trial: trial.number, attempt: number, void: isVoid });
    this.#options.progress.trialDone(analyzed);
    // Whatever made it void may be the stand's.
    if (end.stand === 'broken' || (end.stand === 'usable' && isVoid)) this.#broken = [...this.#broken, stand];
    else if (end.stand === 'usable') await this.#stands.keep(stand, trial);
    this.#lanes.trialEnded(findings, beganMs);
    return { verdict, findings, measured: end.measured };
  }

  /** Removes all that is there, unless all of it goes with its cluster. */
  async end(leaveAll: boolean): Promise<void> {
    await this.#analysis.end();
    if (leaveAll) return;
    await this.#tidy();
    await this.#stands.removeAll();
  }

  /** Removes what the last attempt could not. Throws when it is still there: it would disturb all that follow. */
  async #tidy(): Promise<void> {
    const broken = this.#broken;
    this.#broken = [];
    for (const [index, stand] of broken.entries()) {
      await stand.remove().catch((error: unknown) => {
        this.#broken = [...this.#broken, ...broken.slice(index)];
        throw error;
      });
    }
  }
}
