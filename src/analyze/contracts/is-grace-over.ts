import { NS_PER_S } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import { asRecord } from '../read-json.ts';
import type { VictimEvidence } from './victim-evidence.ts';

/** The first sign of a termination; the kubelet counts the grace period from when it begins with it, a little later. */
const BEGINS: readonly MilestoneName[] = [
  'delete-received',
  'deletion-timestamp-seen',
  'termination-started',
];
const DEFAULT_GRACE_SECONDS = 30;

/**
 * Whether the Pod's grace period may have been over at that step, counted from the first sign of its end and within
 * their joint uncertainty. From then on nothing waits any more: neither for a hook, nor a sidecar for the containers.
 */
export function isGraceOver({ pod, milestones }: VictimEvidence, step: Milestone): boolean {
  const begun = milestones.find(({ name }) => BEGINS.includes(name));
  if (begun === undefined) return false;
  const grace = asRecord(pod?.object['spec'])['terminationGracePeriodSeconds'] ?? DEFAULT_GRACE_SECONDS;
  const jointNs = begun.uncertaintyNs + step.uncertaintyNs;
  return step.atNs - begun.atNs >= Number(grace) * NS_PER_S - jointNs;
}
