import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Scenario } from '../model/scenario.ts';
import { nearestName } from './nearest-name.ts';

export interface Only {
  /** Names; `undefined`: all. */
  readonly strategies?: readonly string[] | undefined;
  readonly loads?: readonly string[] | undefined;
}

/**
 * The scenario with some of its strategies and loads alone, in the scenario's order. Controls ride along as ever, with
 * the first of the strategies that are left.
 *
 * @throws DrainbenchError (exit code 64) `unknown-strategy`, `unknown-load`.
 */
export function withOnly(scenario: Scenario, { strategies, loads }: Only): Scenario {
  const { spec } = scenario;
  return {
    ...scenario,
    spec: {
      ...spec,
      strategies: chosen('strategy', spec.strategies, strategies),
      loads: chosen('load', spec.loads, loads),
    },
  };
}

function chosen<T extends { readonly name: string }>(
  what: 'strategy' | 'load',
  all: T[],
  names: readonly string[] | undefined,
): T[] {
  if (names === undefined) return all;
  const known = all.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new DrainbenchError({
      code: `unknown-${what}`,
      message: `the scenario has no ${what} “${name}”${near === undefined ? '' : `: did you mean “${near}”?`}`,
      expected: `one of ${known.join(', ')}`,
      found: `--${what} ${name}`,
      exitCode: EXIT.usage,
    });
  }
  return all.filter(({ name }) => names.includes(name));
}
