import { HOOK_GIVEN_UP } from '../analyze/milestones/kubelet-milestones.ts';
import { milestoneKind, type Milestone } from '../model/milestone.ts';

/** A step as it reads in a story, without its time. */
export function describeMilestone({ name, pod, node, container, detail }: Milestone): string {
  const { sentence, tellsDetail } = milestoneKind(name);
  const how = tellsDetail === true && detail !== undefined ? ` (${detail})` : '';
  // Functions as replacements: a name with a dollar sign must stay a name.
  const told = (name === 'prestop-ended' && detail === HOOK_GIVEN_UP ? GIVEN_UP : sentence)
    .replace('POD', () => pod)
    .replace('NODE', () => node ?? 'a node')
    .replace('CONTAINER', () => container ?? 'a container')
    .replace('DETAIL', () => detail ?? 'one');
  return `${told}${how}`;
}

/** It did not end: nobody waited for it any more. */
const GIVEN_UP = 'the preStop hook of CONTAINER in POD was given up: the grace period was over';
