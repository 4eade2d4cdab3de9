import type { VNode } from 'preact';

import type { AnalyzedTrial } from '../../analyze/run-result.ts';
import type { ContractResult } from '../../model/contract.ts';

const ORDER: Readonly<Record<ContractResult['state'], number>> = {
  broken: 0,
  error: 1,
  'not-observed': 2,
  held: 3,
};
const WORDS: Readonly<Record<ContractResult['state'], string>> = {
  broken: 'broken',
  'not-observed': 'not observed',
  error: 'error',
  held: 'held',
};

/** What Kubernetes documents of a Pod's end, held against each Pod that went; open where one was broken. */
export function ContractTable(props: { readonly trial: AnalyzedTrial }): VNode {
  const { contracts } = props.trial;
  const count = (state: ContractResult['state']) => contracts.filter((each) => each.state === state).length;
  const parts = (['held', 'broken', 'not-observed', 'error'] as const)
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${WORDS[state]}`);
  return (
    <details class="more" open={count('broken') + count('error') > 0}>
      <summary>What Kubernetes promises of a Pod’s end: {parts.join(', ')}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Contracts">
        <table class="contracts">
          <thead>
            <tr>
              <th scope="col">Contract</th>
              <th scope="col">State</th>
              <th scope="col">Pod</th>
              <th scope="col">What was seen</th>
              <th scope="col">Events</th>
            </tr>
          </thead>
          <tbody>
            {contracts
              .toSorted((a, b) => ORDER[a.state] - ORDER[b.state])
              .map((each) => (
                <tr>
                  <td class="name">{each.contract}</td>
                  <td class={`state ${each.state}`}>{WORDS[each.state]}</td>
                  <td class="name">
                    {each.pod}
                    {each.container !== null && <span class="muted"> ({each.container})</span>}
                  </td>
                  <td>{each.message}</td>
                  <td class="muted">{each.eventIds.join(', ')}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
