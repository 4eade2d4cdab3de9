import type { VNode } from 'preact';

import type { Answered, CellResult, RunResult } from '../../analyze/run-result.ts';
import { formatP } from '../format-p.ts';
import { countOf } from '../../model/count-of.ts';

/** Each strategy against the reference, block by block: better, worse or not shown. */
export function ComparisonTable(props: { readonly result: RunResult }): VNode | null {
  const { result } = props;
  const compared = result.cells.filter((cell) => cell.comparison !== null);
  const reference = compared[0]?.comparison;
  if (reference === null || reference === undefined) return null;
  const severalDisruptions = result.manifest.scenario.spec.disruptions.length > 1;
  const tooFew = compared.some(
    ({ comparison }) => comparison !== null && comparison.blocks < comparison.blocksNeeded,
  );
  return (
    <section aria-labelledby="comparison">
      <h2 id="comparison">Against “{reference.reference}”</h2>
      <p class="lead">
        Within blocks: exact McNemar test of failing trials, paired permutation test of lost requests, all{' '}
        {countOf(reference.questions, 'question')} of the run adjusted together by Holm, at 5 %.
        {tooFew &&
          ` With fewer than ${countOf(reference.blocksNeeded, 'block')} no difference can be shown, however large.`}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Comparison with the reference">
        <table>
          <thead>
            <tr>
              <th scope="col">Strategy</th>
              {severalDisruptions && <th scope="col">Disruption</th>}
              <th scope="col">Load</th>
              <th scope="col" class="number">
                Blocks
              </th>
              <th scope="col" class="number">
                Only “{reference.reference}” failed
              </th>
              <th scope="col" class="number">
                Only this failed
              </th>
              <th scope="col">Fails less often?</th>
              <th scope="col">Fewer requests lost?</th>
            </tr>
          </thead>
          <tbody>
            {compared.map((cell) => (
              <ComparisonRow cell={cell} severalDisruptions={severalDisruptions} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ComparisonRow(props: {
  readonly cell: CellResult;
  readonly severalDisruptions: boolean;
}): VNode | null {
  const { comparison } = props.cell;
  if (comparison === null) return null;
  return (
    <tr>
      <th scope="row">{props.cell.strategy}</th>
      {props.severalDisruptions && <td>{props.cell.disruption}</td>}
      <td>{props.cell.load}</td>
      <td class="number">{comparison.blocks}</td>
      <td class="number">{comparison.onlyReferenceFailed}</td>
      <td class="number">{comparison.onlyThisFailed}</td>
      <td>
        <Answer answered={comparison.failingTrials} />
      </td>
      <td>
        <Answer answered={comparison.failures} />
      </td>
    </tr>
  );
}

function Answer(props: { readonly answered: Answered }): VNode {
  const { answer, pHolm } = props.answered;
  return (
    <>
      <span class={`answer ${answer}`}>{answer}</span>{' '}
      <span class="muted">p {pHolm < 0.001 ? formatP(pHolm) : `= ${formatP(pHolm)}`}</span>
    </>
  );
}
