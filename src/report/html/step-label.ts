import { milestoneKind, type Milestone } from '../../model/milestone.ts';

/** What a step is called: `signal sent`, `failed Readiness`, `Killing`. Without a container's name. */
export function stepLabel({ name, detail }: Milestone): string {
  const { label, manyByDetail } = milestoneKind(name);
  return detail === undefined || manyByDetail !== true ? label : `${label} ${detail}`.trim();
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
