import type { CellResult } from '../analyze/run-result.ts';
import type { Margin } from '../model/margin.ts';
import { signedMs } from './signed-ms.ts';

/** The smallest routing margin of a cell; `null`: none is known, or not of every node. */
export function routingMargin({ hazards }: Pick<CellResult, 'hazards'>): Margin | null {
  return hazards.find(({ hazard }) => hazard === 'still-routed')?.worst ?? null;
}

/** The same in words, `+910 ms`; `?` beside one that is not known of every Pod and node, and a dash where none is. */
export function describeMargin(cell: Pick<CellResult, 'hazards'>): string {
  const margin = routingMargin(cell);
  if (margin === null) return '–';
  const hazard = cell.hazards.find((each) => each.hazard === 'still-routed');
  return `${signedMs(margin.ms)}${hazard?.state === 'unknown' ? '?' : ''}`;
}
