import { countOf } from '../../model/count-of.ts';
import type { Disruption } from '../../model/scenario.ts';

/** So many trials of these disruptions in a sentence: `1 Pod deletion`, `5 Pod deletions`, `5 trials` where they are mixed. */
export function countTrials(count: number, disruptions: readonly Disruption[]): string {
  return countOf(count, ...nameOf(disruptions));
}

/** One of them and several. */
function nameOf(disruptions: readonly Disruption[]): readonly [string, string] {
  const [first, ...rest] = disruptions;
  if (first === undefined || rest.length > 0) return ['trial', 'trials'];
  switch (first.type) {
    case 'none':
      return ['undisturbed trial', 'undisturbed trials'];
    case 'churn':
      return ['trial beside other Pods', 'trials beside other Pods'];
    case 'delete':
      return ['Pod deletion', 'Pod deletions'];
    case 'force-delete':
      return ['forced Pod deletion', 'forced Pod deletions'];
    case 'rollout-restart':
      return ['rollout restart', 'rollout restarts'];
    case 'evict':
      return ['eviction', 'evictions'];
    case 'drain':
      return ['node drain', 'node drains'];
    case 'taint':
      return ['node taint', 'node taints'];
    case 'scale-down':
      return ['scale-down', 'scale-downs'];
    case 'delete-owner':
      return ['deletion of the Pods’ owner', 'deletions of the Pods’ owner'];
    case 'preempt':
      return ['preemption', 'preemptions'];
    case 'kill-container':
      return ['container kill', 'container kills'];
    case 'restart-kubelet':
      return ['kubelet restart amid a Pod’s end', 'kubelet restarts amid a Pod’s end'];
    case 'restart-runtime':
      return ['runtime restart amid a Pod’s end', 'runtime restarts amid a Pod’s end'];
    case 'delete-many':
      return withPods(first.pods);
  }
}

function withPods(pods: number | 'one-node'): readonly [string, string] {
  const which = pods === 'one-node' ? 'a node’s Pods' : countOf(pods, 'Pod');
  return [`deletion of ${which}`, `deletions of ${which}`];
}
