import type { TrialRecord } from '../../model/trial-record.ts';

/**
 * By how much the times of a load's ledger may be off, ns: 0 where it stamps by the clock that everything is told by;
 * `null`: nobody knows.
 */
export function clockUncertainty(load: string, loads: TrialRecord['loads']): number | null {
  const { inside, clockUncertaintyNs = 0 } = loads.find(({ name }) => name === load) ?? {};
  return inside === undefined ? clockUncertaintyNs : inside.clockUncertaintyNs;
}
