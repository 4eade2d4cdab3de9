import type { RunResult, TuneFact } from '../analyze/run-result.ts';

const TITLES: Readonly<Record<TuneFact['about'], string>> = {
  setting: 'setting',
  needed: 'needed',
  margin: 'margin',
  grace: 'grace',
  cost: 'cost',
};

/** What a tuned setting is, rests on and costs, one line each. Empty where no setting follows, and for other runs. */
export function tuneLines({ tune }: Pick<RunResult, 'tune'>): readonly string[] {
  return (tune?.facts ?? []).map(({ about, text }) => `${TITLES[about].padEnd(9)}${text}`);
}
