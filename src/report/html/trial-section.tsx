import type { VNode } from 'preact';
import { disruptionLabel } from '../../analyze/words/disruption-label.ts';
import { formatMs } from '../../analyze/words/format-figures.ts';
import type { AnalyzedLoad, AnalyzedTrial } from '../../analyze/run-result.ts';
import { countOf } from '../../model/count-of.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { formatCount } from '../../model/format-count.ts';
import { formatAtLeast } from '../format-at-least.ts';
import { formatLatencyPair } from '../format-latency-pair.ts';
import { ContractTable } from './contract-table.tsx';
import { disruptionText } from './disruption-text.ts';
import { FindingsList } from './findings-list.tsx';
import { LoadStrip } from './load-strip.tsx';
import { MilestoneTable } from './milestone-table.tsx';
import { Timeline } from './timeline.tsx';
import { causesOf } from './trial-filters.tsx';
import type { TrialView } from './trial-view.ts';
import { VerdictBadge } from './verdict-badge.tsx';

/** One attempt at one trial: its figures, its timeline, its findings. */
export function TrialSection(props: { readonly view: TrialView; readonly open: boolean }): VNode {
  const { trial, anchor, zeroNs, timeline, ticks } = props.view;
  const name = `trial ${trial.trial.number}, ${trial.trial.strategy.name}`;
  const embedded = ticks.reduce((sum, { rows }) => sum + rows.length, 0);
  return (
    <details
      class="trial"
      id={anchor}
      open={props.open}
      data-strategy={trial.trial.strategy.name}
      data-verdict={trial.verdict}
      data-cause={causesOf(trial).join(' ')}
    >
      <summary>
        <span class="number">{trial.trial.number}</span>
        <span class="title">
          <strong>{trial.trial.strategy.name}</strong>{' '}
          <span class="muted">
            {disruptionText(disruptionLabel(trial.trial.disruption))} · block {trial.trial.block}
            {trial.trial.role !== 'comparison' && ` · ${trial.trial.role.replace('-', ' ')}`}
            {trial.attempt > 1 && ` · attempt ${trial.attempt}`}
            {!trial.counted && ' · repeated, does not count'}
          </span>
        </span>
        <span class="outcome">{summarizeFailures(trial)}</span>
        <VerdictBadge verdict={trial.verdict} />
      </summary>
      <div class="body">
        <FindingsList findings={trial.findings} />
        <LoadTable trial={trial} />
        <div class="scroll" tabIndex={0} role="region" aria-label={`Figures of ${name}`}>
          <LoadStrip trial={trial} zeroNs={zeroNs} />
          {timeline !== null && <Timeline view={timeline} name={name} />}
        </div>
        {timeline !== null && timeline.podsLeftOut > 0 && (
          <p class="muted">Pods in the table of milestones only: {timeline.podsLeftOut}.</p>
        )}
        {ticks.length > 0 && (
          <>
            <p class="hint">
              Choose a mark to see its requests: click, or Tab to the marks, ← → to move, Enter to open.
              {embedded < trial.failures.length &&
                ` ${formatCount(embedded)} of ${countOf(trial.failures.length, 'row')} are in this page; all are in failures.csv.`}
            </p>
            <div class="rows" role="region" aria-live="polite" aria-label={`Requests of ${name}`} hidden />
          </>
        )}
        {trial.contracts.length > 0 && <ContractTable trial={trial} />}
        {trial.milestones.length > 0 && (
          <details class="more">
            <summary>{countOf(trial.milestones.length, 'milestone')} with source and uncertainty</summary>
            <MilestoneTable trial={trial} zeroNs={zeroNs} />
          </details>
        )}
        <p class="muted">
          Raw record: <code>{trial.directory}/</code>
        </p>
      </div>
    </details>
  );
}

function summarizeFailures(trial: AnalyzedTrial): string {
  const requests = trial.loads.reduce((sum, { intended }) => sum + intended, 0);
  const failed = trial.failures.length;
  const heldUp = trial.loads.reduce((sum, load) => sum + (load.failing ? load.heldUp : 0), 0);
  const held = heldUp === 0 ? '' : `, ${formatCount(heldUp)} held up`;
  if (failed === 0) return `0 of ${countOf(requests, 'request')} failed${held}`;
  const starts = trial.failures.map(({ startNs, intendedNs }) => startNs ?? intendedNs);
  const windowMs = (Math.max(...ends(starts)) - Math.min(...ends(starts))) / NS_PER_MS;
  const within = failed === 1 ? '' : ` within ${formatMs(windowMs)}`;
  const remain = trial.loads.reduce((sum, { failedAfterRetry }) => sum + failedAfterRetry, 0);
  const retried = remain === failed ? '' : `, ${formatCount(remain)} of them for good`;
  return `${formatCount(failed)} of ${countOf(requests, 'request')} failed${within}${retried}${held}`;
}

/** The failures are in the order of their start. */
function ends(starts: readonly number[]): readonly number[] {
  return [starts.at(0) ?? 0, starts.at(-1) ?? 0];
}

function LoadTable(props: { readonly trial: AnalyzedTrial }): VNode {
  const { trial } = props;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Figures by load">
      <table class="loads">
        <thead>
          <tr>
            <th scope="col">Load</th>
            <th scope="col" class="number">
              Requests
            </th>
            <th scope="col" class="number">
              Failed
            </th>
            <th scope="col">Outcomes</th>
            <th scope="col" class="number">
              Lost window
            </th>
            <th scope="col" class="number">
              p50 <small>before → from event</small>
            </th>
            <th scope="col" class="number">
              p99 <small>before → from event</small>
            </th>
            <th scope="col" class="number">
              No answer <small>longest, from event</small>
            </th>
            <th scope="col" class="number">
              Held up
            </th>
            <th scope="col" class="number">
              Lateness p99
            </th>
            <th scope="col" class="number">
              Shutdown
            </th>
            <th scope="col" class="number">
              Recovered
            </th>
          </tr>
        </thead>
        <tbody>
          {trial.loads.map((load, index) => (
            <LoadRow load={load} trial={trial} first={index === 0} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LoadRow(props: {
  readonly load: AnalyzedLoad;
  readonly trial: AnalyzedTrial;
  readonly first: boolean;
}): VNode {
  const { load, trial } = props;
  const outcomes = Object.entries(load.byOutcome).filter(([outcome, count]) => count > 0 && outcome !== 'ok');
  return (
    <tr>
      <th scope="row">{load.load}</th>
      <td class="number">{formatCount(load.intended)}</td>
      <td class="number">
        {formatCount(load.failed)}
        {load.failedAfterRetry < load.failed && (
          <small>{formatCount(load.failedAfterRetry)} after retry</small>
        )}
      </td>
      <td>{outcomes.map(([outcome, count]) => `${formatCount(count)} ${outcome}`).join(', ') || 'all ok'}</td>
      <td class="number">{formatMs(load.lostWindowMs)}</td>
      <td class="number">{latencyPair('p50', load)}</td>
      <td class="number">{latencyPair('p99', load)}</td>
      <td class="number">{formatAtLeast(load.unavailableMs, load.unavailableAtLeast)}</td>
      <td class="number">{load.heldUp === 0 ? '–' : formatMs(load.heldUpMs)}</td>
      <td class="number">{formatMs(load.latenessP99Ms)}</td>
      {props.first && (
        <>
          <td class="number" rowSpan={trial.loads.length}>
            {formatMs(trial.shutdownMs)}
          </td>
          <td class="number" rowSpan={trial.loads.length}>
            {formatMs(trial.recoveredMs)}
          </td>
        </>
      )}
    </tr>
  );
}

function latencyPair(name: 'p50' | 'p99', load: AnalyzedLoad): string {
  const [before, after] = [load.baselineLatencyMs, load.eventLatencyMs].map(({ p50, p99, censored }) => ({
    p50,
    p99,
    lowerBounds: (['p50', 'p99'] as const).filter((each) => censored?.lowerBounds.includes(each) === true),
  }));
  return before === undefined || after === undefined ? '–' : formatLatencyPair(name, before, after);
}
