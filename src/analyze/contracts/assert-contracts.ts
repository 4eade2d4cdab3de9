import { CONTRACTS, type ContractName, type ContractResult } from '../../model/contract.ts';
import type { HistoryEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { TrialRecord, Victim } from '../../model/trial-record.ts';
import type { Finding } from '../../model/verdict.ts';
import type { HookFate } from '../milestones/hook-fates.ts';
import { describeError } from '../judgements/judgement-errors.ts';
import type { PodsAsOf } from '../objects/pods-as-of.ts';
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
  readonly pods: PodsAsOf;
  readonly milestones: readonly Milestone[];
  readonly hookFates: readonly HookFate[];
}

const CHECKS: Readonly<Record<ContractName, (evidence: VictimEvidence) => readonly ContractResult[]>> = {
  'not-ready-once-terminating': notReadyOnceTerminating,
  'signal-after-prestop': signalAfterPreStop,
  'kill-at-grace': killAtGrace,
  'full-grace-again': fullGraceAgain,
  'sidecars-last': sidecarsLast,
  'force-delete-at-once': forceDeleteAtOnce,
  'log-until-the-end': logUntilTheEnd,
  'claims-stay': claimsStay,
  'dependents-go': dependentsGo,
  'record-goes-with-object': recordGoesWithObject,
};

/** Holds every victim's end against what Kubernetes documents of it; a check that throws is one result `error`. */
export function assertContracts(input: ContractInput): readonly ContractResult[] {
  return input.victims.flatMap((victim) =>
    CONTRACTS.flatMap((contract) => {
      try {
        return CHECKS[contract](evidenceOf(victim, input));
      } catch (error) {
        return [failedCheck(contract, victim, error)];
      }
    }),
  );
}

function evidenceOf(
  victim: Victim,
  { record, events, pods, milestones, hookFates }: ContractInput,
): VictimEvidence {
  return {
    victim,
    pod: pods.of(victim.uid),
    record,
    events,
    milestones: milestones.filter(({ podUid }) => podUid === victim.uid),
    hookFates: hookFates.filter(({ podUid }) => podUid === victim.uid),
  };
}

function failedCheck(contract: ContractName, { name, uid }: Victim, error: unknown): ContractResult {
  const message = `It could not be checked: ${describeError(error)}.`;
  return { contract, state: 'error', pod: name, podUid: uid, container: null, message, eventIds: [] };
}

/**
 * A broken contract is worth a warning: the cluster, or what we know of it, is not as documented. So is one that could
 * not be checked.
 */
export function contractFindings(results: readonly ContractResult[]): readonly Finding[] {
  return results
    .filter(({ state }) => state === 'broken' || state === 'error')
    .map(({ contract, state, pod, container, message, eventIds }) => ({
      code: `contract-${state}`,
      severity: 'warning',
      message: `${contract}, Pod ${pod}${container === null ? '' : ` (${container})`}: ${message}`,
      eventIds,
    }));
}
