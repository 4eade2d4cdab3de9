import type { Hit } from './check-rule.ts';
import type { CheckedContainer, CheckedWorkload } from './checked-files.ts';

/** Asks a question of each container that runs as long as its Pod. */
export function eachContainer(
  workloads: readonly CheckedWorkload[],
  ask: (workload: CheckedWorkload, container: CheckedContainer) => readonly Hit[],
): readonly Hit[] {
  return workloads.flatMap((workload) =>
    workload.containers.flatMap((container) => ask(workload, container)),
  );
}
