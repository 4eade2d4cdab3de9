import type { Disruption } from '../model/scenario.ts';

/** Short name of a disruption with its parameter, as tables and CSV files carry it, e.g. `delete-many-one-node`. */
export function disruptionLabel(disruption: Disruption): string {
  return disruption.type === 'delete-many' ? `delete-many-${disruption.pods}` : disruption.type;
}
