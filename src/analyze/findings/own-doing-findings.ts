import { countOf } from '../../model/count-of.ts';
import type { Finding } from '../../model/verdict.ts';
import type { LoadAnalysis } from '../ledger/analyze-load.ts';
import type { FailedRequest } from '../run-result.ts';

/** Above this share of requests that the generator itself failed, the load was not the one that was planned. */
const LARGEST_OWN_SHARE = 0.01;

/**
 * Requests that the load generator itself failed say nothing about the service. Too many of them, or nothing but them
 * in a load, and the trial cannot be judged.
 */
export function ownDoingFindings(
  loads: readonly LoadAnalysis[],
  failures: readonly FailedRequest[],
): readonly Finding[] {
  return loads.flatMap(({ result }): readonly Finding[] => {
    const failed = failures.filter(({ load }) => load === result.load);
    const own = failed.filter(({ attribution }) => attribution.cause === 'client').length;
    if (own === 0) return [];
    // Only what is certain may take a trial's validity away.
    const sure = failed.filter(
      ({ attribution }) => attribution.cause === 'client' && attribution.confidence === 'certain',
    ).length;
    const tooMany = sure / result.intended > LARGEST_OWN_SHARE || sure === failed.length;
    return [
      {
        code: 'client-failed',
        severity: tooMany ? 'void' : 'warning',
        message: `The load generator itself failed ${own} of ${countOf(result.intended, 'request')} of load “${result.load}” (${failed.length} failed in all): that says nothing about the service.`,
      },
    ];
  });
}
