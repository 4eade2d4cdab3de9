import { hazardWords } from '../analyze/answer/hazard-words.ts';
import type { RunResult } from '../analyze/run-result.ts';
import { HAZARDS } from '../model/margin.ts';

/**
 * What could have met a request, whether or not it did: a line for each load (and disruption) and hazard, with the
 * strategies under which it was there; another for those that only the slowest deletion of the run would have met.
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
      const met = own.flatMap(({ strategy, hazards }) =>
        hazards
          .filter((each) => each.hazard === hazard && each.state === 'there')
          .map((each) => ({ strategy, words: hazardWords(each) })),
      );
      const where = disruptions.length > 1 ? `${load}, ${disruption}` : load;
      return [...Map.groupBy(met, ({ words }) => words)].map(
        ([words, group]) => `${where}: ${words}, with ${group.map(({ strategy }) => strategy).join(', ')}`,
      );
    });
  });

  function order(group: string): number {
    return loads.findIndex(({ name }) => name === group.split('\n')[0]);
  }
}
