import { blindMomentFindings } from './blind-moment-findings.ts';
import { completenessFindings } from './completeness-findings.ts';
import { disruptionFindings } from './disruption-findings.ts';
import { earlyFailureFindings } from './early-failure-findings.ts';
import { gapFindings } from './gap-findings.ts';
import type { JudgedTrial } from './judged-trial.ts';
import { judgementOver, type Judgement } from '../judgements/judgement.ts';
import { lastPodFindings } from './last-pod-findings.ts';
import { listenerInHookFindings } from './listener-in-hook-findings.ts';
import { notOverFindings } from './not-over-findings.ts';
import { ownDoingFindings } from './own-doing-findings.ts';
import { hookFindings } from './preflight-hooks.ts';
import { processFindings } from './preflight-processes.ts';
import { readinessFindings } from './preflight-readiness.ts';
import { replicaFindings } from './preflight-replicas.ts';
import { stopSignalFindings } from './preflight-stop-signal.ts';
import { strategyContainerFindings } from './preflight-strategy-container.ts';
import { unfinishedFindings } from './unfinished-findings.ts';

const judgement = judgementOver<JudgedTrial>();
const VOIDS = { decidesVoid: true };

/** Whether a trial can carry a verdict. */
export const VALIDITY: readonly Judgement<JudgedTrial>[] = [
  judgement('completeness', ['record', 'loads', 'loadSpecs', 'unreadLoads'], completenessFindings, VOIDS),
  judgement('disruption', ['record', 'events', 'milestones', 'pods', 'moments'], disruptionFindings, VOIDS),
  judgement(
    'unfinished',
    ['record', 'victims', 'milestones', 'book', 'pods', 'moments', 'events'],
    unfinishedFindings,
    VOIDS,
  ),
  judgement('gaps', ['gaps', 'moments'], ({ gaps, moments }) => gapFindings(gaps, moments), VOIDS),
  judgement('blind-moment', ['loadSpecs', 'loads', 'milestones', 'moments'], blindMomentFindings, VOIDS),
  judgement('early-failures', ['record', 'failures', 'moments'], earlyFailureFindings, VOIDS),
  judgement(
    'own-doing',
    ['loads', 'failures'],
    ({ loads, failures }) => ownDoingFindings(loads, failures),
    VOIDS,
  ),
];

/**
 * What could have been known of the strategy before any traffic, each held against what was then measured: a process
 * that does not hear the stop signal, a hook that cannot run or does not fit into the grace period, a readiness probe
 * that is missing or too slow, a single replica. Their codes begin with `preflight-`.
 */
export const PREFLIGHT: readonly Judgement<JudgedTrial>[] = [
  judgement('preflight-processes', ['events', 'book', 'ends'], processFindings),
  judgement('preflight-stop-signal', ['events', 'book', 'ends'], stopSignalFindings),
  judgement('preflight-hooks', ['record', 'events', 'book', 'pod', 'ends', 'hookFates'], hookFindings),
  judgement(
    'preflight-strategy-container',
    ['record', 'pod', 'servingContainer', 'ends', 'hookFates'],
    strategyContainerFindings,
  ),
  judgement('preflight-readiness', ['record', 'pod', 'servingContainer', 'milestones'], readinessFindings),
  judgement(
    'preflight-replicas',
    ['record', 'pod', 'pods', 'milestones', 'moments', 'sightings'],
    replicaFindings,
  ),
];

/** What a shutdown showed that nobody could know before. Their codes begin with `shutdown-`. */
export const SHUTDOWN: readonly Judgement<JudgedTrial>[] = [
  judgement('shutdown-listener', ['milestones', 'hookFates', 'victims'], listenerInHookFindings),
  judgement(
    'shutdown-last-pod',
    ['events', 'milestones', 'moments', 'sightings', 'victims'],
    lastPodFindings,
  ),
  judgement('not-over', ['record', 'events', 'pods', 'moments', 'milestones'], notOverFindings),
];
