import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import type { LoadSpec } from '../../model/scenario.ts';
import type { Finding } from '../../model/verdict.ts';
import type { SendingTimes } from './sending-times.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/**
 * A load that stops by itself sees no failure, and would pass. From the disruption until it is stopped there must be
 * no silence that its own pace and timeouts do not explain.
 */
export function silenceFindings(
  spec: LoadSpec,
  sending: SendingTimes,
  { disruptionNs, loadStoppedNs }: TrialMoments,
): readonly Finding[] {
  if (disruptionNs === null || loadStoppedNs === null) return [];
  const paceNs = spec.ratePerSecond === undefined ? 0 : (3 * NS_PER_S) / spec.ratePerSecond;
  const stallNs = spec.engine === 'native' ? 0 : (spec.connectTimeoutMs + spec.responseTimeoutMs) * NS_PER_MS;
  const lengths = sending
    .silences(loadStoppedNs, NS_PER_S + Math.max(paceNs, stallNs))
    .map(({ fromNs, toNs }) => toNs - fromNs);
  if (lengths.length === 0) return [];
  const seconds = (Math.max(...lengths) / NS_PER_S).toFixed(1);
  return [
    {
      code: 'load-silent',
      severity: 'void',
      message: `Load “${spec.name}” sent nothing for ${seconds} s after the disruption: failures in that time could not be seen.`,
    },
  ];
}
