import type { Disruption } from '../model/scenario.ts';

/** Short name of a disruption with its parameter, as tables and CSV files carry it, e.g. `delete-many-one-node`. */
export function disruptionLabel(disruption: Disruption): string {
  switch (disruption.type) {
    case 'delete-many':
      return `delete-many-${disruption.pods}`;
    case 'evict':
    case 'kill-container':
      return [disruption.type, ...(disruption.pods === undefined ? [] : [disruption.pods])].join('-');
    case 'scale-down':
      return `scale-down-to-${disruption.replicas}`;
    case 'delete-owner':
      return `delete-owner-${disruption.propagation}`;
    default:
      return disruption.type;
  }
}
