import type { VNode } from 'preact';
import { formatMs } from '../../analyze/words/format-figures.ts';
import type { NodeBudget, StrategyBudget } from '../../model/budget.ts';
import { nodeTroubles } from '../describe-gap.ts';
import { formatPair } from '../format-pair.ts';
import { GapCell } from './gap-cell.tsx';

/** When each node's kube-proxy stopped sending under each strategy, and how busy it was. */
export function NodeBudgetTable(props: {
  readonly budgets: readonly StrategyBudget[];
  readonly severalDisruptions: boolean;
}): VNode | null {
  const { budgets, severalDisruptions } = props;
  if (budgets.every(({ nodes }) => nodes.length === 0)) return null;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Rules of each node by strategy">
      <table class="budget node-budget">
        <thead>
          <tr>
            <th scope="col">Strategy</th>
            {severalDisruptions && <th scope="col">Disruption</th>}
            <th scope="col">Node</th>
            <th scope="col" class="number">
              Gap <small>median · worst</small>
            </th>
            <th scope="col" class="number">
              rules gone <small>median · worst</small>
            </th>
            <th scope="col">not known, or not safe</th>
            <th scope="col" class="number">
              kube-proxy’s last sync <small>before the delete</small>
            </th>
            <th scope="col" class="number">
              syncs since <small>each took</small>
            </th>
          </tr>
        </thead>
        <tbody>
          {budgets.flatMap((budget) =>
            budget.nodes.map((node, index) => (
              <tr>
                {index === 0 && (
                  <>
                    <th scope="rowgroup" rowSpan={budget.nodes.length}>
                      {budget.strategy}
                    </th>
                    {severalDisruptions && <td rowSpan={budget.nodes.length}>{budget.disruption}</td>}
                  </>
                )}
                <NodeCells node={node} />
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

function NodeCells(props: { readonly node: NodeBudget }): VNode {
  const { node } = props;
  const troubles = nodeTroubles(node);
  return (
    <>
      <td>{node.node}</td>
      <td class="number">
        <GapCell of={node} />
      </td>
      <td class="number">{formatPair(node.medianMs, node.maxMs, '·')}</td>
      <td>{troubles.length === 0 ? '–' : troubles.join(', ')}</td>
      <td class="number">{formatMs(node.lastSyncBeforeMs)}</td>
      <td class="number">
        {node.syncsSince ?? '–'}
        {node.meanSyncMs !== null && <small>{formatMs(node.meanSyncMs)}</small>}
      </td>
    </>
  );
}
