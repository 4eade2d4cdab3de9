import type { VNode } from 'preact';
import { hazardWords } from '../../analyze/answer/hazard-words.ts';
import { describeStrategy } from '../../analyze/words/describe-strategy.ts';
import { describeGate } from '../../analyze/gates/describe-gate.ts';
import { formatMs } from '../../analyze/words/format-figures.ts';
import type { CellResult, RunResult, StrategyResult } from '../../analyze/run-result.ts';
import type { LoadSpec } from '../../model/scenario.ts';
import { describeExecuted } from '../describe-executed.ts';
import { retries } from '../describe-failures.ts';
import { describeMargin } from '../describe-margin.ts';
import { describeScore } from '../describe-score.ts';
import { formatAtLeast } from '../format-at-least.ts';
import { formatLatencyPair } from '../format-latency-pair.ts';
import { formatPair } from '../format-pair.ts';
import { STANDING_WORDS } from '../standing-words.ts';
import { CauseList } from './cause-list.tsx';
import { IntervalBar } from './interval-bar.tsx';
import { VerdictBadge } from './verdict-badge.tsx';

/** Strategies × loads of one disruption: how often trials failed, how badly, and what the setting costs. */
export function StrategyTable(props: { readonly result: RunResult; readonly disruption: string }): VNode {
  const { result, disruption } = props;
  const target = result.manifest.scenario.spec.target.maxFailingTrials;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Strategies, disruption ${disruption}`}>
      <table class="strategies">
        <thead>
          <tr>
            <th scope="col">Strategy</th>
            <th scope="col">Load</th>
            <th scope="col">
              Verdict <small>routing margin</small>
            </th>
            <th scope="col">
              Failing trials <small>exact 95 % interval; line = target</small>
            </th>
            <th scope="col">
              Failed requests <small>a trial, median · max; why</small>
            </th>
            <th scope="col" class="number">
              Lost window <small>median · max</small>
            </th>
            <th scope="col" class="number">
              Shutdown <small>median, added</small>
            </th>
            <th scope="col" class="number">
              Latency <small>before → from event; longest time without a good answer</small>
            </th>
          </tr>
        </thead>
        {result.strategies.map((strategy, index) => (
          <StrategyRows
            strategy={strategy}
            isReference={index === 0}
            isRecommended={strategy.name === result.recommendation.strategy}
            cells={result.cells.filter(
              (cell) => cell.strategy === strategy.name && cell.disruption === disruption,
            )}
            target={target}
            loads={result.manifest.scenario.spec.loads}
          />
        ))}
      </table>
    </div>
  );
}

function StrategyRows(props: {
  readonly strategy: StrategyResult;
  readonly isReference: boolean;
  readonly isRecommended: boolean;
  readonly cells: readonly CellResult[];
  readonly target: number;
  readonly loads: readonly LoadSpec[];
}): VNode {
  const { strategy, cells, isReference, isRecommended } = props;
  return (
    <tbody class={isRecommended ? 'recommended' : ''}>
      {cells.map((cell, index) => (
        <tr>
          {index === 0 && (
            <th scope="rowgroup" rowSpan={cells.length}>
              <span class="name">{strategy.name}</span>
              {isRecommended && <span class="tag">recommended</span>}
              {isReference && <span class="tag quiet">reference</span>}
              {strategy.strategy.mustPass && <span class="tag quiet">must pass</span>}
              <small>{describeStrategy(strategy.strategy)}</small>
            </th>
          )}
          <CellColumns cell={cell} target={props.target} loads={props.loads} />
          {index === 0 && (
            <td class="number shutdown" rowSpan={cells.length}>
              {formatMs(cell.shutdownMs.median)}
              {!isReference && cell.addedShutdownMs !== null && <small>{signed(cell.addedShutdownMs)}</small>}
            </td>
          )}
          <td class="number latency">
            <span>
              <span class="muted">p50</span>{' '}
              {formatLatencyPair('p50', cell.baselineLatencyMs, cell.eventLatencyMs)}
            </span>
            <span>
              <span class="muted">p99</span>{' '}
              {formatLatencyPair('p99', cell.baselineLatencyMs, cell.eventLatencyMs)}
            </span>
            <span>
              <span class="muted">no answer</span>{' '}
              {formatAtLeast(cell.unavailableMs.max, cell.unavailableAtLeast)}
            </span>
          </td>
        </tr>
      ))}
    </tbody>
  );
}

function CellColumns(props: {
  readonly cell: CellResult;
  readonly target: number;
  readonly loads: readonly LoadSpec[];
}): VNode {
  const { cell } = props;
  const executed = describeExecuted(cell.executedUnanswered);
  const score = describeScore(cell);
  return (
    <>
      <td class="load">{cell.load}</td>
      <td class="standing">
        <VerdictBadge verdict={cell.verdict} word={STANDING_WORDS[cell.standing]} />
        <small>{describeMargin(cell)}</small>
        {cell.hazards
          .filter(({ state }) => state === 'there')
          .map((hazard) => (
            <small title={hazard.detail}>{hazardWords(hazard)}</small>
          ))}
        {cell.gates
          .filter(({ gate, verdict }) => gate !== 'maxFailingTrials' && verdict !== 'pass')
          .map((gate) => (
            <small
              title={gate.gate}
            >{`${gate.verdict === 'fail' ? 'missed' : 'not known'}: ${describeGate(gate)}`}</small>
          ))}
      </td>
      <td class="score">
        <span class="count">{score.count}</span>
        <IntervalBar cell={cell} target={props.target} />
        <span class="bound">{score.bound}</span>
        {cell.voidTrials > 0 && <small>{cell.voidTrials} more void</small>}
        {score.more !== '' && <small>{score.more}</small>}
      </td>
      <td>
        {cell.failures.median ?? '–'} · {cell.failures.max ?? '–'}
        {retries(cell.load, props.loads) && (
          <small>
            {cell.failuresAfterRetry.median ?? '–'} · {cell.failuresAfterRetry.max ?? '–'} after retry
          </small>
        )}
        {cell.failedPerDeletionAt100 !== null && cell.failedPerDeletionAt100 > 0 && (
          <small title="had the load sent 100 requests a second">
            {significantly(cell.failedPerDeletionAt100)} for each Pod that went, at 100/s
          </small>
        )}
        {cell.byCause.size > 0 && <CauseList byCause={cell.byCause} />}
        {executed !== '' && <small>{executed}</small>}
      </td>
      <td class="number">{formatPair(cell.lostWindowMs.median, cell.lostWindowMs.max, '·')}</td>
    </>
  );
}

/** Two digits are as much as a few trials tell. */
function significantly(value: number): string {
  return value >= 10 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}

function signed(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${formatMs(Math.abs(ms))}`;
}
