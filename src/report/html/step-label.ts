import type { Milestone } from '../../model/milestone.ts';
import { MILESTONE_LABELS } from './milestone-labels.ts';

/** What a step is called: `signal sent`, `failed Readiness`, `Killing`. Without a container's name. */
export function stepLabel({ name, detail }: Milestone): string {
  const { label } = MILESTONE_LABELS[name];
  return detail === undefined || !NAMED_BY_DETAIL.has(name) ? label : `${label} ${detail}`.trim();
}

/**
 * Steps that one event showed, in one label; the names of containers are told where a Pod has several:
 * `container terminated (app, sidecar), gone`.
 */
export function stepsLabel(steps: readonly Milestone[], namesContainers: boolean): string {
  return [...Map.groupBy(steps, stepLabel)]
    .map(([label, same]) => {
      const containers = [...new Set(same.flatMap(({ container }) => container ?? []))];
      return namesContainers && containers.length > 0 ? `${label} (${containers.join(', ')})` : label;
    })
    .join(', ');
}

/** Several of a kind, which only their detail tells apart. */
const NAMED_BY_DETAIL: ReadonlySet<Milestone['name']> = new Set([
  'probe-failed',
  'last-probe-passed',
  'event-recorded',
  'volume-unmounted',
  'claim-deleted',
  'dependent-collected',
  'replacement-probe-passed',
]);
