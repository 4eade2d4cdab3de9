import { disruptsApp } from '../../model/disrupts-app.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { LoadMargins } from '../../model/margin.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { NodeRules } from '../../model/node-rules.ts';
import type { LoadSpec } from '../../model/scenario.ts';
import type { TrialRecord, Victim } from '../../model/trial-record.ts';
import type { ConnectionIndex } from '../attribution/connection-index.ts';
import type { Endpoints } from '../attribution/endpoints.ts';
import { clockUncertainty } from '../times/clock-uncertainty.ts';
import { disruptionLabel } from '../words/disruption-label.ts';
import { graceSecondsOf } from '../objects/grace-of.ts';
import type { ObjectSighting } from '../objects/object-sightings.ts';
import type { PodBook } from '../objects/pod-book.ts';
import type { AnalyzedLoad, FailedRequest } from '../run-result.ts';
import { serviceOutages } from '../objects/service-outages.ts';
import type { ServingContainers } from '../objects/serving-containers.ts';
import type { TrialMoments } from '../times/trial-moments.ts';
import { retriesOnCutConnection, keptConnections } from './kept-connections.ts';
import { closeSeen } from './close-seen.ts';
import { graceMargins } from './grace-margins.ts';
import { judgeHazards } from './judge-hazards.ts';
import type { LoadFacts } from '../ledger/load-facts.ts';
import { nameMargins, routingMargins } from './routing-margins.ts';
import { withoutEndpoint } from './without-endpoint.ts';

export interface TrialMarginsInput {
  readonly record: TrialRecord;
  readonly moments: TrialMoments;
  readonly victims: readonly Victim[];
  readonly milestones: readonly Milestone[];
  readonly rules: readonly NodeRules[];
  /** Names of all nodes of the cluster. */
  readonly nodes: readonly string[];
  readonly failures: readonly FailedRequest[];
  readonly loads: readonly {
    readonly spec: LoadSpec;
    readonly result: Pick<AnalyzedLoad, 'load' | 'heldUp' | 'baselineLatencyMs' | 'eventLatencyMs'>;
    readonly facts: LoadFacts;
  }[];
  readonly serving: ServingContainers;
  readonly book: PodBook;
  readonly connections: ConnectionIndex;
  /** Addresses of the loads that ran inside the cluster, by load. */
  readonly clients: ReadonlyMap<string, string>;
  /** Of the app's own EndpointSlices, in the order of time, and what they offered. */
  readonly sightings: readonly ObjectSighting[];
  readonly endpoints: Endpoints;
  /** Highest 99th percentile of latency that the scenario allows after the disruption, ms; `null`: any. */
  readonly maxP99Ms: number | null;
}

/** A process that is killed at once has no grace period; a forced deletion leaves none. */
const WITHOUT_GRACE: ReadonlySet<string> = new Set(['kill-container', 'force-delete']);
const ENDS: readonly MilestoneName[] = ['process-exited', 'exiting', 'container-terminated', 'pod-gone'];

/** The hazards of one trial for each of its loads, whether or not a request failed. Empty where nothing was disrupted. */
export function trialMargins(input: TrialMarginsInput): readonly LoadMargins[] {
  const { record, victims, milestones, failures } = input;
  const { trial } = record;
  if (!disruptsApp(trial.disruption) || input.moments.disruptionNs === null) return [];
  const servingOf = (uid: string): string | null => {
    const pod = input.book.byUid(uid);
    return pod === undefined ? null : input.serving.of(pod);
  };
  const without =
    input.endpoints.usableAt(input.moments.disruptionNs) === null
      ? null
      : withoutEndpoint(
          serviceOutages(input.sightings, input.moments),
          (atNs) => (input.endpoints.usableAt(atNs)?.fallen.length ?? 0) > 0,
        );
  const lastAnswerNs = latestOf(input.loads.map(({ facts }) => facts.lastAnswerNs));
  const podEndNs = new Map(
    victims.flatMap(({ uid }) => {
      const ends = milestones.filter(({ podUid, name }) => podUid === uid && ENDS.includes(name));
      const serving = servingOf(uid);
      const own = ends.filter(
        ({ container }) => container === null || serving === null || container === serving,
      );
      const end = own.at(0);
      return end === undefined ? [] : [[uid, end.atNs] as const];
    }),
  );
  const refusals = failures.filter(
    ({ attribution }) => attribution.cause === 'draining-rejected' && attribution.confidence !== 'weak',
  ).length;

  return input.loads.map(({ spec, result, facts }): LoadMargins => {
    const own = failures.filter(({ load }) => load === spec.name);
    const causes = new Map(own.map(({ id, attribution }) => [id, attribution.cause]));
    const inside = record.loads.find(({ name }) => name === spec.name)?.inside;
    const margins = {
      trial: trial.number,
      attempt: record.attempt,
      block: trial.block,
      strategy: trial.strategy.name,
      disruption: disruptionLabel(trial.disruption),
      load: spec.name,
      routing: routingOf(spec, inside, input),
      connections:
        spec.connections === 'keep-alive'
          ? keptConnections({
              facts,
              victims,
              podEndNs,
              loadStoppedNs: input.moments.loadStoppedNs,
              idleTimeoutNs: (spec.idleTimeoutMs ?? Infinity) * NS_PER_MS,
              closeSeenNs: (end) =>
                closeSeen(
                  input.connections,
                  input.book,
                  input.clients.get(spec.name) ?? null,
                  end,
                  input.moments.loadStoppedNs ?? Infinity,
                ),
              causeOf: (id) => causes.get(id),
            })
          : null,
      grace: graceMargins({
        victims,
        milestones,
        rules: input.rules,
        servingOf,
        graceSeconds: WITHOUT_GRACE.has(trial.disruption.type) ? null : graceSecondsIn(input),
        facts,
        lastAnswerNs,
        longestAnswerMs: result.baselineLatencyMs.max ?? result.eventLatencyMs.p99 ?? 0,
        cutOf: (uid) => cutOf(own, uid),
        clockUncertaintyNs: clockUncertainty(spec.name, record.loads),
      }),
      refusals,
      nobodyLeftMs: without?.nobodyLeftMs ?? null,
      fallenMs: without?.fallenMs ?? null,
      p99Ms: result.eventLatencyMs.p99,
      heldUp: result.heldUp,
    };
    const retriesOnCut = retriesOnCutConnection(spec);
    const killed = trial.disruption.type === 'kill-container';
    const hazards = judgeHazards({ ...margins, retriesOnCut, killed, maxP99Ms: input.maxP99Ms });
    return { ...margins, hazards };
  });
}

/** The strategy's grace period, s; where that is the manifest's own, as a Pod that went had it. `null`: nobody saw it. */
function graceSecondsIn({ record, victims, book }: TrialMarginsInput): number | null {
  const { terminationGracePeriodSeconds: grace } = record.trial.strategy;
  if (grace !== 'own') return grace;
  const whole = victims.map(({ uid }) => book.byUid(uid)?.object ?? {}).find((object) => 'spec' in object);
  return whole === undefined ? null : graceSecondsOf(whole);
}

/** Who looks the Pods' own addresses up by name passes no node's rules. Older loads do not tell what names meant to them. */
function routingOf(
  spec: LoadSpec,
  inside: TrialRecord['loads'][number]['inside'],
  input: TrialMarginsInput,
): LoadMargins['routing'] {
  const { victims, milestones, rules, book } = input;
  if (spec.via === 'headless' && inside?.meant !== undefined && inside.clockUncertaintyNs !== null) {
    return nameMargins({
      ...{ victims, milestones, uncertaintyNs: inside.clockUncertaintyNs },
      untilNs: new Map(inside.meant.map(({ address, untilNs }) => [address, untilNs])),
      isShared: (address) => book.pods.filter(({ podIP }) => podIP === address).length > 1,
    });
  }
  const whyNoNode =
    spec.via === 'headless'
      ? 'clients find it by name, and what it meant to them is not known'
      : 'it is not known which nodes sent to it';
  return routingMargins({ victims, milestones, rules, nodes: nodesOf(spec, inside, input), whyNoNode });
}

/**
 * The nodes whose rules the load's connections pass: every node's NodePort; the load's own node where it goes to the
 * Service's address.
 */
function nodesOf(
  { via }: LoadSpec,
  inside: TrialRecord['loads'][number]['inside'],
  { nodes, rules }: TrialMarginsInput,
): readonly string[] {
  if (via === 'headless') return [];
  if (via === 'clusterIP' && inside !== undefined) return [inside.node];
  return [...new Set([...nodes, ...rules.map(({ node }) => node)])].sort();
}

function cutOf(failures: readonly FailedRequest[], podUid: string): number {
  return failures.filter(
    ({ attribution }) =>
      attribution.cause === 'killed-in-flight' &&
      attribution.confidence !== 'weak' &&
      attribution.podUid === podUid,
  ).length;
}

function latestOf(all: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const each of all) {
    for (const [uid, atNs] of each) latest.set(uid, Math.max(atNs, latest.get(uid) ?? -Infinity));
  }
  return latest;
}
