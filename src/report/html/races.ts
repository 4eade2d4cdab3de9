import { disruptionLabel } from '../../analyze/words/disruption-label.ts';
import type { RunResult } from '../../analyze/run-result.ts';
import { validTrials } from '../../analyze/run/attempts.ts';
import { victimEnd } from '../../analyze/run/victim-end.ts';

/** The race of routing and listener that every deletion of one strategy was, all its valid trials together. */
export interface Race {
  readonly strategy: string;
  readonly disruption: string;
  /** When each node stopped sending to each Pod, ms since the delete. */
  readonly sentUntilMs: readonly number[];
  /** When each Pod ceased to listen. */
  readonly listenedUntilMs: readonly number[];
  /** Of each Pod that ceased to listen first: from then until the last node that is known had stopped. */
  readonly lost: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** One for each strategy and disruption, in the scenario's order; of those of whom neither end was seen there is none. */
export function races({ trials, manifest }: RunResult): readonly Race[] {
  const nodes = (manifest.cluster?.nodes ?? []).map(({ name }) => name);
  const { strategies, disruptions } = manifest.scenario.spec;
  const compared = trials.filter(({ trial, counted }) => counted && trial.role === 'comparison');
  return disruptions.map(disruptionLabel).flatMap((disruption) =>
    strategies.flatMap(({ name }): readonly Race[] => {
      const own = validTrials(compared, disruption).filter(({ trial }) => trial.strategy.name === name);
      const ends = own.flatMap((trial) =>
        trial.victims.map(({ uid }) => endOf(victimEnd(trial, uid, nodes))),
      );
      const race: Race = {
        strategy: name,
        disruption,
        sentUntilMs: ends.flatMap(({ sentUntilMs }) => sentUntilMs),
        listenedUntilMs: ends.flatMap(({ listenedUntilMs }) => listenedUntilMs ?? []),
        lost: ends.flatMap(({ sentUntilMs, listenedUntilMs }) => {
          const toMs = Math.max(-Infinity, ...sentUntilMs);
          return listenedUntilMs !== null && listenedUntilMs < toMs
            ? [{ fromMs: listenedUntilMs, toMs }]
            : [];
        }),
      };
      return race.sentUntilMs.length === 0 && race.listenedUntilMs.length === 0 ? [] : [race];
    }),
  );
}

interface End {
  readonly sentUntilMs: readonly number[];
  readonly listenedUntilMs: number | null;
}

function endOf({ nodes, stepsMs }: ReturnType<typeof victimEnd>): End {
  return {
    sentUntilMs: nodes.flatMap(({ droppedMs }) => droppedMs ?? []),
    // An app that is killed never closes its listener itself: the end of its process does.
    listenedUntilMs: stepsMs.get('listener-closed') ?? stepsMs.get('process-exited') ?? null,
  };
}
