import type { AppLedger } from '../../history/app-ledger-reader.ts';
import type { Attribution } from '../../model/attribution.ts';
import { countOf } from '../../model/count-of.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { TrialRecord } from '../../model/trial-record.ts';
import type { Finding } from '../../model/verdict.ts';
import type { LoadAnalysis } from '../ledger/analyze-load.ts';
import { attributeRequest } from './attribute-request.ts';
import { limitByClock } from './limit-by-clock.ts';
import { limitByPort } from './limit-by-port.ts';
import type { TrialEvidence } from './trial-evidence.ts';
import { clockUncertainty } from '../times/clock-uncertainty.ts';
import { describeError } from '../judgements/judgement-errors.ts';
import type { FailedRequest } from '../run-result.ts';
import { wasExecuted } from '../ledger/was-executed.ts';

export interface FailureInput {
  readonly record: Pick<TrialRecord, 'loads'>;
  readonly loads: readonly Pick<LoadAnalysis, 'result' | 'retries'>[];
  /** `null` where it could not be laid out: then nothing is explained. */
  readonly evidence: TrialEvidence | null;
  /** `null` where the app keeps none. */
  readonly appLedger: AppLedger | null;
}

/**
 * What became of every failed request, in their order: its cause, and what the client and the app did about it. One
 * whose judge throws is unexplained, and says so; it takes no other with it.
 */
export function attributeFailures(
  failed: readonly RequestRecord[],
  { record, loads, evidence, appLedger }: FailureInput,
): { readonly failures: readonly FailedRequest[]; readonly findings: readonly Finding[] } {
  const errors: string[] = [];
  const failures = failed.map((failure): FailedRequest => {
    const attribution = causeOf(failure);
    const retry = loads.find(({ result }) => result.load === failure.load)?.retries.of(failure);
    return {
      ...failure,
      attribution,
      retriedBy: retry?.id ?? null,
      recovered: retry?.recovered ?? false,
      executed: wasExecuted(failure, attribution.pod, appLedger),
    };
  });
  const [first] = errors;
  if (first === undefined) return { failures, findings: [] };
  const message = `The cause of ${countOf(errors.length, 'failed request')} could not be judged: ${first}. They count as unexplained.`;
  return { failures, findings: [{ code: 'judgement-error', severity: 'warning', message }] };

  function causeOf(failure: RequestRecord): Attribution {
    if (evidence === null) return unjudged('the evidence could not be laid out');
    try {
      const attributed = limitByPort(attributeRequest(failure, evidence), failure);
      return limitByClock(attributed, clockUncertainty(failure.load, record.loads));
    } catch (error) {
      errors.push(describeError(error));
      return unjudged(describeError(error));
    }
  }
}

function unjudged(reason: string): Attribution {
  return {
    cause: 'unexplained',
    confidence: 'weak',
    because: `its cause could not be judged: ${reason}`,
    candidates: [],
    missing: [],
    evidence: [],
    pod: null,
    podUid: null,
    podNode: null,
    podProof: null,
    sentByNode: null,
  };
}
