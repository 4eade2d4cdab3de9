import { describeStrategy } from '../analyze/words/describe-strategy.ts';
import { lostInCell } from '../analyze/ledger/lost-requests.ts';
import { median } from '../analyze/statistics/quantile.ts';
import type { AnalyzedTrial, CellResult, RunResult, Spread } from '../analyze/run-result.ts';
import { disruptionLabel } from '../analyze/words/disruption-label.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { pastRunSchema, type PastCell, type PastRun } from '../model/past-run.ts';

/**
 * What a history keeps of a run.
 *
 * @throws DrainbenchError (exit code 64) `run-not-over`, `run-without-trials`, `run-name-unusable`.
 */
export function pastRunOf(result: RunResult): PastRun {
  const { manifest, trials, cells } = result;
  const { cluster, scenario, host, git, clock } = manifest;
  if (manifest.state === 'running') {
    throw refused('run-not-over', `run ${manifest.runId} is not over, or was killed`, {
      fix: 'add it when it is over; one that was killed goes on with: drainbench run --resume RUN_DIR',
    });
  }
  if (trials.length === 0 || cluster === null) {
    throw refused(
      'run-without-trials',
      `run ${manifest.runId} has no trial: there is nothing to keep of it`,
      {
        fix: 'run it again: drainbench run SCENARIO',
      },
    );
  }
  const past: PastRun = {
    schemaVersion: 1,
    runId: manifest.runId,
    scenario: scenario.metadata.name,
    startedAtMs: clock.start.wallMs,
    verdict: result.verdict,
    version: manifest.versions['drainbench'] ?? 'unknown',
    commit: git?.commit ?? null,
    platform: {
      driver: cluster.driver,
      kubernetesVersion: cluster.kubernetesVersion,
      proxyMode: cluster.proxyMode,
      nodeImage: scenario.spec.cluster.nodeImage ?? null,
    },
    host: { cpus: host.cpus, cpuModel: host.cpuModel },
    cells: cells.map((cell) => pastCell(cell, result)),
  };
  const checked = pastRunSchema.safeParse(past);
  if (checked.success) return checked.data;
  throw refused('run-name-unusable', `run ${manifest.runId} cannot be kept under that name`, {
    expected: 'a run directory as `drainbench run` writes it',
    fix: 'name another run directory',
  });
}

function pastCell(cell: CellResult, { manifest, trials }: RunResult): PastCell {
  const strategy = manifest.scenario.spec.strategies.find(({ name }) => name === cell.strategy);
  const own = trials.filter(
    (trial) =>
      trial.counted &&
      trial.verdict !== 'void' &&
      trial.trial.role === 'comparison' &&
      trial.trial.strategy.name === cell.strategy &&
      disruptionLabel(trial.trial.disruption) === cell.disruption,
  );
  return {
    strategy: cell.strategy,
    setting: strategy === undefined ? '' : describeStrategy(strategy),
    disruption: cell.disruption,
    load: cell.load,
    standing: cell.standing,
    trials: cell.trials,
    failingTrials: cell.failingTrials,
    requests: cell.requests,
    lostRequests: lostInCell(cell),
    marginMs: marginOf(own, cell.load),
    shutdownMs: kept(cell.shutdownMs),
    recoveredMs: kept(cell.recoveredMs),
    p99Ms: latencyOf(own, cell.load),
    unavailableMs: kept(cell.unavailableMs),
  };
}

/** Each trial's own smallest one: against the slowest deletion of its run it would hang on how many trials that had. */
function marginOf(trials: readonly AnalyzedTrial[], load: string): PastCell['marginMs'] {
  const known = trials.flatMap(({ margins }) => {
    const own = margins.find((each) => each.load === load);
    const routed = own?.hazards.find(({ hazard }) => hazard === 'still-routed');
    return routed?.margin == null || routed.state === 'unknown' ? [] : [routed.margin.ms];
  });
  const middle = median(known);
  return middle === null ? null : { median: middle, worst: Math.min(...known) };
}

function latencyOf(trials: readonly AnalyzedTrial[], load: string): PastCell['p99Ms'] {
  const known = trials.flatMap(({ loads }) =>
    loads.flatMap((each) => (each.load === load ? (each.eventLatencyMs.p99 ?? []) : [])),
  );
  const middle = median(known);
  return middle === null ? null : { median: middle, worst: Math.max(...known) };
}

function kept({ median: middle, max }: Spread): PastCell['shutdownMs'] {
  return middle === null || max === null ? null : { median: middle, worst: max };
}

function refused(
  code: string,
  message: string,
  more: { readonly expected?: string; readonly fix: string },
): DrainbenchError {
  return new DrainbenchError({ code, message, ...more, exitCode: EXIT.usage });
}
