import type { HistoryEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { TrialApp, TrialRecord, Victim } from '../../model/trial-record.ts';
import type { ObjectSighting } from '../objects/object-sightings.ts';
import type { PodBook } from '../objects/pod-book.ts';
import { ContainerStarts } from '../objects/container-starts.ts';
import type { LastAnswers } from '../ledger/last-answers.ts';
import type { MainProcesses } from '../objects/main-processes.ts';
import { ServingContainers } from '../objects/serving-containers.ts';
import type { AnsweredByPod } from '../ledger/answered-by-pod.ts';
import type { ConnectionIndex } from './connection-index.ts';
import { Endings } from './endings.ts';
import { Endpoints } from './endpoints.ts';
import { FirstAnswers } from './first-answers.ts';
import { Gaps } from './gaps.ts';
import { ListenerEnds } from './listener-ends.ts';
import { PodLives } from './pod-lives.ts';
import { ProbeFailures } from './probe-failures.ts';
import { ProcessEnds } from './process-ends.ts';
import { SendingNodes } from './sending-nodes.ts';

/** A load whose clock nobody could map: it may be off by this much. */
const UNKNOWN_CLOCK_NS = 1e9;

/** Everything that attribution may ask about one trial. */
export interface TrialEvidence {
  readonly book: PodBook;
  /** `undefined`: not known, as in older runs. */
  readonly app: TrialApp | undefined;
  readonly connections: ConnectionIndex;
  readonly lives: PodLives;
  readonly endpoints: Endpoints;
  readonly processEnds: ProcessEnds;
  readonly endings: Endings;
  readonly firstAnswers: FirstAnswers;
  readonly probeFailures: ProbeFailures;
  /** By the ledgers. */
  readonly answered: AnsweredByPod;
  /** By the ledgers, of each failed request. */
  readonly lastAnswers: LastAnswers;
  readonly sendingNodes: SendingNodes;
  readonly gaps: Gaps;
  readonly victims: readonly Victim[];
  /** Ns; `null` when nothing was disrupted. */
  readonly disruptionNs: number | null;
  /** Some node's connection tracking told something in this trial. */
  readonly hasConntrack: boolean;
  readonly hasKernel: boolean;
  /** How far off the times of a load may be that ran on another clock, ns, by load. */
  readonly clockUncertaintyNs: ReadonlyMap<string, number>;
  readonly serving: ServingContainers;

  /** Addresses of the loads that ran inside the cluster, by load. */
  readonly clients: ReadonlyMap<string, string>;
}

/** Lays out a trial's history for the questions of attribution. */
export function trialEvidence(input: {
  readonly events: readonly HistoryEvent[];
  readonly sightings: readonly ObjectSighting[];
  readonly milestones: readonly Milestone[];
  readonly book: PodBook;
  readonly connections: ConnectionIndex;
  /** `undefined`: not known, as in older runs. */
  readonly app: TrialApp | undefined;
  readonly victims: readonly Victim[];
  readonly disruptionNs: number | null;
  readonly clients: ReadonlyMap<string, string>;
  readonly loads: TrialRecord['loads'];
  readonly answered: AnsweredByPod;
  readonly lastAnswers: LastAnswers;
  readonly main: MainProcesses;
  /** Every failed request of the trial. */
  readonly failures: readonly RequestRecord[];
}): TrialEvidence {
  const {
    events,
    sightings,
    milestones,
    book,
    connections,
    app,
    victims,
    disruptionNs,
    clients,
    loads,
    answered,
    lastAnswers,
    main,
    failures,
  } = input;
  const serving = new ServingContainers(events, book, app);
  const starts = new ContainerStarts(events, sightings, book);
  return {
    book,
    app,
    connections,
    serving,
    lives: new PodLives(milestones, sightings, book, {
      serving,
      starts,
      listeners: new ListenerEnds(events, book, app),
    }),
    endpoints: new Endpoints(sightings, events, app),
    processEnds: new ProcessEnds(events, book, main),
    endings: new Endings(events, sightings, main),
    probeFailures: new ProbeFailures(events),
    firstAnswers: new FirstAnswers(events, failures),
    answered,
    lastAnswers,
    gaps: new Gaps(events),
    sendingNodes: new SendingNodes(events, loads),
    victims,
    disruptionNs,
    clockUncertaintyNs: new Map(
      loads.map(({ name, inside, clockUncertaintyNs = 0 }) => [
        name,
        inside === undefined ? clockUncertaintyNs : (inside.clockUncertaintyNs ?? UNKNOWN_CLOCK_NS),
      ]),
    ),
    clients,
    hasConntrack: events.some(({ type }) => type === 'conntrack'),
    hasKernel: events.some(({ source, type }) => source === 'kernel-trace' && type !== 'observation-gap'),
  };
}
