import type { GateName, GateResult } from '../../model/gate.ts';
import { formatMs, formatPercent } from '../words/format-figures.ts';
import type { CellResult } from '../run-result.ts';

/** A gate's figure beside its limit, such as `the longest recovery took 4.10 s (maxRecoveryMs: 3.00 s)`. */
export function describeGate({ gate, limit, explanation }: GateResult): string {
  return `${explanation} (${gate}: ${formatLimit(gate, limit)})`;
}

/** A limit in its unit, as text. */
export function formatLimit(gate: GateName, limit: number): string {
  return gate === 'maxFailingTrials' ? formatPercent(limit) : formatMs(limit);
}

/** The first target of which it is not known whether it was met; the share of failing trials has words of its own. */
export function openGate(cells: readonly Pick<CellResult, 'gates'>[]): GateResult | undefined {
  return cells
    .flatMap(({ gates }) => gates)
    .find(({ gate, verdict }) => gate !== 'maxFailingTrials' && verdict === 'inconclusive');
}
