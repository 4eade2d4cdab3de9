import type { Finding } from '../model/verdict.ts';
import type { KnownPod } from './pod-book.ts';
import { hookFindings } from './preflight-hooks.ts';
import type { PreflightInput } from './preflight-input.ts';
import { processFindings } from './preflight-processes.ts';
import { readinessFindings } from './preflight-readiness.ts';
import { replicaFindings } from './preflight-replicas.ts';

/**
 * What could have been known of the strategy before any traffic, each tied to what was then measured: a process that
 * does not hear the stop signal, a hook that cannot run or does not fit into the grace period, a readiness probe that
 * is missing or too slow, a single replica. Codes begin with `preflight-`.
 */
export function preflightFindings(input: PreflightInput): readonly Finding[] {
  const pod = subjectOf(input);
  return [
    ...processFindings(input),
    ...(pod === undefined
      ? []
      : [...hookFindings(pod, input), ...readinessFindings(pod, input), ...replicaFindings(pod, input)]),
  ];
}

/** The Pods of a trial are alike: a victim where there is one, else the first. */
function subjectOf({ record, book }: PreflightInput): KnownPod | undefined {
  const known = book.pods.filter(({ object }) => 'spec' in object);
  return known.find(({ uid }) => record.victims.some((victim) => victim.uid === uid)) ?? known[0];
}
