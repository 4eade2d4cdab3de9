import type { ContractResult } from '../../model/contract.ts';
import type { HistoryEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { TrialRecord, Victim } from '../../model/trial-record.ts';
import type { Finding } from '../../model/verdict.ts';
import type { PodBook } from '../pod-book.ts';
import { forceDeleteAtOnce } from './force-delete-at-once.ts';
import { fullGraceAgain } from './full-grace-again.ts';
import { killAtGrace } from './kill-at-grace.ts';
import { claimsStay, dependentsGo, logUntilTheEnd, recordGoesWithObject } from './leftovers.ts';
import { notReadyOnceTerminating } from './not-ready-once-terminating.ts';
import { sidecarsLast } from './sidecars-last.ts';
import { signalAfterPreStop } from './signal-after-prestop.ts';
import type { VictimEvidence } from './victim-evidence.ts';

export interface ContractInput {
  readonly record: TrialRecord;
  readonly events: readonly HistoryEvent[];
  readonly victims: readonly Victim[];
  readonly book: PodBook;
  readonly milestones: readonly Milestone[];
}

const CONTRACTS: readonly ((evidence: VictimEvidence) => readonly ContractResult[])[] = [
  notReadyOnceTerminating,
  signalAfterPreStop,
  killAtGrace,
  fullGraceAgain,
  sidecarsLast,
  forceDeleteAtOnce,
  logUntilTheEnd,
  claimsStay,
  dependentsGo,
  recordGoesWithObject,
];

/** Holds every victim's end against what Kubernetes documents of it. */
export function assertContracts(input: ContractInput): readonly ContractResult[] {
  const { record, events, victims, book, milestones } = input;
  return victims.flatMap((victim) => {
    const own = milestones.filter(({ podUid }) => podUid === victim.uid);
    const evidence = { victim, pod: book.byUid(victim.uid), record, events, milestones: own };
    return CONTRACTS.flatMap((contract) => contract(evidence));
  });
}

/** A broken contract is worth a warning: the cluster, or what we know of it, is not as documented. */
export function contractFindings(results: readonly ContractResult[]): readonly Finding[] {
  return results
    .filter(({ state }) => state === 'broken')
    .map(({ contract, pod, container, message, eventIds }) => ({
      code: 'contract-broken',
      severity: 'warning',
      message: `${contract}, Pod ${pod}${container === null ? '' : ` (${container})`}: ${message}`,
      eventIds,
    }));
}
