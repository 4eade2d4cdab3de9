import type { Cause } from '../../model/attribution.ts';
import type { DelayNeed } from '../../model/delay-need.ts';
import type { LoadSpec } from '../../model/scenario.ts';
import { killsContainers } from '../words/disruption-label.ts';
import { cureOf, type CureFacts } from './cure-of.ts';
import type { CellResult, Cure } from '../run-result.ts';

/** What cures are made of. */
export interface CureInput {
  readonly cells: readonly CellResult[];
  readonly loads: readonly LoadSpec[];
  /** When the last node stopped sending, of each disruption. */
  readonly needs: readonly DelayNeed[];
}

/** What helps against the failures that strategies met, those first that it helps the most requests. */
export function findCures(input: CureInput): readonly Cure[] {
  const treatable = lossesOf(input).flatMap((loss) => {
    const cure = cureOf(loss.cause, cureFacts(loss, input));
    return cure === null ? [] : [{ ...loss, cure }];
  });
  return [...Map.groupBy(treatable, ({ cure }) => cure).values()]
    .flatMap((group): readonly Cure[] => {
      const [first] = group;
      if (first === undefined) return [];
      return [
        {
          strategies: [...new Set(group.map(({ strategy }) => strategy))],
          causes: [...new Set(group.map(({ cause }) => cause))],
          connections: [...new Set(group.map(({ keptAlive }) => (keptAlive ? 'kept-alive' : 'fresh')))],
          requests: group.reduce((sum, { requests }) => sum + requests, 0),
          cure: first.cure,
        },
      ];
    })
    .toSorted((a, b) => b.requests - a.requests);
}

interface Loss {
  readonly strategy: string;
  readonly cause: Cause;
  readonly keptAlive: boolean;
  readonly killed: boolean;
  readonly requests: number;
}

function lossesOf({ cells, loads }: CureInput): readonly Loss[] {
  return cells.flatMap(({ strategy, load, disruption, byCause }) => {
    const keptAlive = loads.find(({ name }) => name === load)?.connections === 'keep-alive';
    const killed = killsContainers(disruption);
    return [...byCause].map(([cause, requests]) => ({ strategy, cause, keptAlive, killed, requests }));
  });
}

/** The longest idle time is that of any load: the app has one way of ending its connections for all of them. */
function cureFacts({ keptAlive, killed }: Loss, { cells, needs }: CureInput): CureFacts {
  const idle = cells.flatMap(({ longestIdleMs }) => longestIdleMs ?? []);
  const rules = needs.flatMap(({ trials }) => trials.map(({ ms }) => ms));
  return {
    keptAlive,
    killed,
    longestIdleMs: idle.length === 0 ? null : Math.max(...idle),
    lastRulesMs: rules.length === 0 ? null : Math.max(...rules),
  };
}
