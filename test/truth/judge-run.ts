import { join } from 'node:path';

import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import type { AnalyzedTrial, FailedRequest } from '../../src/analyze/run-result.ts';
import { readEvents } from '../../src/history/event-reader.ts';
import { openRequestLedger } from '../../src/history/request-ledger-reader.ts';
import { readTrialRecord } from '../../src/history/trial-record-file.ts';
import type { Cause, Confidence } from '../../src/model/attribution.ts';
import type { ConntrackEvent, HistoryEvent } from '../../src/model/history-event.ts';
import type { RequestRecord } from '../../src/model/request-record.ts';
import type { RunManifest } from '../../src/model/run-manifest.ts';
import { ALL_DISTRACTORS } from './distractors/all-distractors.ts';
import type { Distractor } from './distractor.ts';
import type { Fault, Judgement, SeededCause } from './fault.ts';
import { ALL_FAULTS } from './faults/all-faults.ts';
import { Truth } from './truth.ts';
import { readTruthFile } from './truth-file.ts';

/** A failed request whose cause is known, and what attribution made of it. */
export interface SeededFailure {
  readonly proxyMode: string;
  readonly fault: string;
  /** Names of what happened besides. */
  readonly distractors: readonly string[];
  readonly runPath: string;
  /** As `drainbench explain` wants it: `1/fresh-206`. */
  readonly request: string;
  readonly seeded: SeededCause;
  readonly attributed: Cause;
  readonly confidence: Confidence;
  /** Where the attribution is `ambiguous`: the causes that it leaves open. */
  readonly candidates: readonly Cause[];
  readonly because: string;
}

export interface JudgedRun {
  readonly runPath: string;
  readonly manifest: RunManifest;
  readonly proxyMode: string;
  readonly fault: string;
  /** How often each distractor of the run happened. */
  readonly distractions: ReadonlyMap<string, number>;
  readonly seeded: readonly SeededFailure[];
  /** Failed requests whose cause is not known beyond doubt: why → how many. */
  readonly notCounted: ReadonlyMap<string, number>;
  /** Why the trial cannot be used, whatever it shows. */
  readonly broken: readonly string[];
  /** Ms from the kernel's RST to the client's; `null`: the client saw one, the trace did not. */
  readonly resetLagsMs: readonly (number | null)[];
  /** Largest uncertainty of a milestone that the kernel told, ms. */
  readonly kernelUncertaintyMs: number;
}

/** Void for a comparison, but not here: what a fault does on purpose, and a load that was not the planned one. */
const MEANT = new Set([
  'client-failed',
  'disruption-not-accepted',
  'disruption-not-seen',
  'failed-before-disruption',
  'not-sent',
]);

/** Holds the attribution of every failed request of a fault's run against what is known of it. */
export async function judgeRun(runPath: string): Promise<JudgedRun> {
  const result = await analyzeRun(runPath);
  const { scenario, cluster } = result.manifest;
  const fault = ALL_FAULTS.find(({ name }) => name === scenario.metadata.name);
  const [trial] = result.trials;
  if (fault === undefined || trial === undefined)
    throw new Error(`${runPath} is no run of a fault with a trial`);
  const trialPath = join(runPath, trial.directory);
  const truth = new Truth(await readTruthFile(trialPath), await readLedgers(trialPath));
  const names = truth.first('played')?.distractors ?? [];
  const distractors = ALL_DISTRACTORS.filter(({ name }) => names.includes(name));
  const { events } = await readEvents(trialPath);
  const proxyMode = cluster?.proxyMode ?? 'unknown';
  const seeded: SeededFailure[] = [];
  const resets: FailedRequest[] = [];
  const notCounted = new Map<string, number>();
  for (const failure of trial.failures) {
    const judgement = judgeRequest(failure, fault, distractors, truth);
    if ('notCounted' in judgement) {
      notCounted.set(judgement.notCounted, (notCounted.get(judgement.notCounted) ?? 0) + 1);
      continue;
    }
    if (feltReset(failure, judgement.cause)) resets.push(failure);
    const { cause, confidence, candidates, because } = failure.attribution;
    seeded.push({
      proxyMode,
      fault: fault.name,
      distractors: names,
      runPath,
      request: `${trial.trial.number}/${failure.load}-${failure.id}`,
      seeded: judgement.cause,
      attributed: cause,
      confidence,
      candidates,
      because,
    });
  }
  return {
    runPath,
    manifest: result.manifest,
    proxyMode,
    fault: fault.name,
    distractions: new Map(distractors.map((each) => [each.name, happeningsOf(each, truth)])),
    seeded,
    notCounted,
    broken: brokenBy(trial),
    resetLagsMs: resetLags(resets, events),
    kernelUncertaintyMs: Math.max(
      0,
      ...trial.milestones
        .filter(({ source }) => source === 'kernel-trace')
        .map(({ uncertaintyNs }) => uncertaintyNs / 1e6),
    ),
  };
}

/** What no server had may have failed by what a distractor did: nothing is known of it. */
export function judgeRequest(
  request: RequestRecord,
  fault: Fault,
  distractors: readonly Distractor[],
  truth: Truth,
): Judgement {
  if (truth.of(request, 'arrived') === undefined) {
    for (const { name, excuse } of distractors) {
      const why = excuse?.(request, truth) ?? null;
      if (why !== null) return { notCounted: `${name}: ${why}` };
    }
  }
  return fault.judge(request, truth);
}

function happeningsOf({ happenings }: Distractor, truth: Truth): number {
  return truth.lines.filter(({ what }) => happenings.includes(what)).length;
}

async function readLedgers(trialPath: string): Promise<readonly RequestRecord[]> {
  const { loads } = await readTrialRecord(trialPath);
  const requests: RequestRecord[] = [];
  for (const { ledger } of loads) {
    for await (const request of await openRequestLedger(join(trialPath, ledger))) requests.push(request);
  }
  return requests;
}

function brokenBy({ findings }: AnalyzedTrial): readonly string[] {
  return findings
    .filter(({ severity, code }) => severity === 'void' && !MEANT.has(code))
    .map(({ code, message }) => `${code}: ${message}`);
}

/** Of each failure that a Pod's RST made: how long before the client's stamp the kernel saw it being sent. */
function resetLags(
  failures: readonly FailedRequest[],
  events: readonly HistoryEvent[],
): readonly (number | null)[] {
  const byPort = Map.groupBy(
    events.filter((event) => event.type === 'reset-sent'),
    ({ remotePort }) => remotePort,
  );
  const sent = Map.groupBy(
    events.filter((event): event is ConntrackEvent => event.type === 'conntrack' && event.change === 'new'),
    ({ clientPort }) => clientPort,
  );
  return failures.map(({ clientPort, endNs }) => {
    if (clientPort === null || endNs === null) return null;
    const seenPorts = sent.get(clientPort)?.map(({ seenPort }) => seenPort ?? clientPort) ?? [];
    const lags = [clientPort, ...seenPorts]
      .flatMap((port) => byPort.get(port) ?? [])
      .map(({ atNs }) => (endNs - atNs) / 1e6)
      // The kernel prints microseconds, rounded.
      .filter((lagMs) => lagMs >= -0.002);
    return lags.length === 0 ? null : Math.min(...lags);
  });
}

/**
 * What a node rejects is no Pod's RST, what the client did to itself is none either, nor what a firewall does. A Pod that
 * gets a packet of a connection that it never had answers with a RST of which the kernel does not tell to whom.
 */
const NO_POD_RESETS: ReadonlySet<SeededCause> = new Set([
  'no-endpoints',
  'overload',
  'client',
  'reset-in-between',
  'half-open-connection',
]);

function feltReset({ outcome }: RequestRecord, seeded: SeededCause): boolean {
  return (outcome === 'refused' || outcome === 'reset') && !NO_POD_RESETS.has(seeded);
}
