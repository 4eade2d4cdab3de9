import { NS_PER_S } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import { DEFAULT_GRACE_SECONDS } from '../../model/scenario.ts';
import { asRecord } from './read-json.ts';

/** The first sign of a termination; the kubelet counts the grace period from when it begins with it, a little later. */
const BEGINS: readonly MilestoneName[] = [
  'delete-received',
  'deletion-timestamp-seen',
  'termination-started',
];

/** A Pod's grace period as its spec has it, s. */
export function graceSecondsOf(pod: Readonly<Record<string, unknown>>): number {
  return Number(asRecord(pod['spec'])['terminationGracePeriodSeconds'] ?? DEFAULT_GRACE_SECONDS);
}

/**
 * Whether the Pod's grace period may have been over at that step, counted from the first sign of its end and within
 * their joint uncertainty. From then on nothing waits any more: neither for a hook, nor a sidecar for the containers.
 *
 * @param own the Pod's milestones, in the order of time
 */
export function isGraceOver(
  pod: Readonly<Record<string, unknown>>,
  own: readonly Milestone[],
  step: Milestone,
): boolean {
  const begun = own.find(({ name }) => BEGINS.includes(name));
  if (begun === undefined) return false;
  const jointNs = begun.uncertaintyNs + step.uncertaintyNs;
  return step.atNs - begun.atNs >= graceSecondsOf(pod) * NS_PER_S - jointNs;
}
