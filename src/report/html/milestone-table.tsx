import type { VNode } from 'preact';

import type { AnalyzedTrial } from '../../analyze/run-result.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { milestoneKind, type Milestone } from '../../model/milestone.ts';
import { formatSince } from './format-since.ts';
import { stepLabel } from './step-label.ts';

/**
 * Every milestone of a trial with source and uncertainty. Where one may as well have come before the one above it
 * (both are closer than their joint uncertainty), its time is marked.
 */
export function MilestoneTable(props: { readonly trial: AnalyzedTrial; readonly zeroNs: number }): VNode {
  const { milestones } = props.trial;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Milestones">
      <table class="milestones">
        <thead>
          <tr>
            <th scope="col" class="number">
              Since the event
            </th>
            <th scope="col" class="number">
              ±
            </th>
            <th scope="col">Milestone</th>
            <th scope="col">Pod</th>
            <th scope="col">Node</th>
            <th scope="col">Seen by</th>
            <th scope="col" class="number">
              Event
            </th>
          </tr>
        </thead>
        <tbody>
          {milestones.map((milestone, index) => {
            const before = milestones[index - 1];
            const unordered =
              before !== undefined &&
              (before.eventId !== milestone.eventId || milestone.eventId === null) &&
              milestone.atNs - before.atNs < milestone.uncertaintyNs + before.uncertaintyNs;
            return (
              <tr>
                <td class="number">
                  {unordered && (
                    <abbr title="The order against the line above is within the uncertainty">≈</abbr>
                  )}{' '}
                  {formatSince((milestone.atNs - props.zeroNs) / NS_PER_MS)}
                </td>
                <td class="number muted">{(milestone.uncertaintyNs / NS_PER_MS).toFixed(2)} ms</td>
                <td>
                  <span class="muted">{milestoneKind(milestone.name).row}</span> {stepLabel(milestone)}
                  {asideOf(milestone)}
                </td>
                <td class="name">{milestone.pod}</td>
                <td>{milestone.node ?? '–'}</td>
                <td>{milestone.source}</td>
                <td class="number muted">{milestone.eventId ?? 'ledger'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Container, and how it was, where the label does not say that already. */
function asideOf(milestone: Milestone): VNode | null {
  const { container, detail } = milestone;
  const told = detail === undefined || stepLabel(milestone).includes(detail);
  const parts = [container, told ? null : detail].filter((part) => part !== null);
  return parts.length === 0 ? null : <span class="muted"> ({parts.join(': ')})</span>;
}
