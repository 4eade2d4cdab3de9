import { HAZARD_WORDS } from '../analyze/answer/hazard-words.ts';
import type { RunResult } from '../analyze/run-result.ts';
import { HAZARDS } from '../model/margin.ts';

/**
 * What could have met a request, whether or not it did: one line for each load (and disruption) and hazard, with the
 * strategies under which it was there.
 */
export function hazardLines({ cells, manifest }: RunResult): readonly string[] {
  const { loads, disruptions } = manifest.scenario.spec;
  const groups = [...new Set(cells.map(({ load, disruption }) => `${load}\n${disruption}`))].toSorted(
    (a, b) => order(a) - order(b),
  );
  return groups.flatMap((group) => {
    const [load = '', disruption = ''] = group.split('\n');
    const own = cells.filter((cell) => cell.load === load && cell.disruption === disruption);
    return HAZARDS.flatMap((hazard) => {
      const met = own.filter(({ hazards }) =>
        hazards.some((each) => each.hazard === hazard && each.state === 'there'),
      );
      if (met.length === 0) return [];
      const where = disruptions.length > 1 ? `${load}, ${disruption}` : load;
      return [`${where}: ${HAZARD_WORDS[hazard]}, with ${met.map(({ strategy }) => strategy).join(', ')}`];
    });
  });

  function order(group: string): number {
    return loads.findIndex(({ name }) => name === group.split('\n')[0]);
  }
}
