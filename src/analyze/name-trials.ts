import type { Disruption } from '../model/scenario.ts';

/** What one trial of these disruptions is called in a sentence: `Pod deletions`, or `trials` where they are mixed. */
export function nameTrials(disruptions: readonly Disruption[]): string {
  const [first, ...rest] = disruptions;
  if (first === undefined || rest.length > 0) return 'trials';
  switch (first.type) {
    case 'none':
      return 'undisturbed trials';
    case 'delete':
      return 'Pod deletions';
    case 'force-delete':
      return 'forced Pod deletions';
    case 'rollout-restart':
      return 'rollout restarts';
    case 'evict':
      return 'evictions';
    case 'drain':
      return 'node drains';
    case 'taint':
      return 'node taints';
    case 'scale-down':
      return 'scale-downs';
    case 'delete-owner':
      return 'deletions of the Pods’ owner';
    case 'preempt':
      return 'preemptions';
    case 'kill-container':
      return 'container kills';
    case 'restart-kubelet':
      return 'kubelet restarts amid a Pod’s end';
    case 'restart-runtime':
      return 'runtime restarts amid a Pod’s end';
    case 'delete-many':
      return first.pods === 'one-node' ? 'deletions of a node’s Pods' : `deletions of ${first.pods} Pods`;
  }
}
