import type { CellResult } from '../analyze/run-result.ts';
import type { LoadSpec } from '../model/scenario.ts';

/** Failed requests a trial: `6.5 (max 8)`; of a load whose client retries, also what remains: `; 0 (max 0) after retry`. */
export function describeFailures(cell: CellResult, loads: readonly LoadSpec[]): string {
  const { failures, failuresAfterRetry } = cell;
  if (failures.median === null) return '–';
  const raw = `${failures.median} (max ${failures.max ?? '–'})`;
  if (!retries(cell.load, loads)) return raw;
  return `${raw}; ${failuresAfterRetry.median ?? '–'} (max ${failuresAfterRetry.max ?? '–'}) after retry`;
}

/** Whether the client of the load of this name makes second attempts. */
export function retries(load: string, loads: readonly LoadSpec[]): boolean {
  return loads.some(({ name, retry }) => name === load && retry === 'idempotent-once');
}
