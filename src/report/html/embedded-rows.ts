import type { AnalyzedTrial, FailedRequest } from '../../analyze/run-result.ts';
import type { Story, TickRows } from '../page/page-data.d.ts';
import { CAUSE_WORDS } from '../cause-words.ts';
import { requestStory } from '../request-story.ts';
import { formatSince } from './format-since.ts';
import { ledgerRow } from './ledger-row.ts';

const ROWS_PER_TICK = 20;
const ROWS_PER_TRIAL = 300;
const ROWS_PER_REPORT = 3000;

/**
 * Hands out the ledger rows that are embedded in the page, so that it stays small whatever the trials did: at most 20
 * a tick, 300 a trial and 3,000 a report. Every tick still says how many there are; all are in failures.csv.
 */
export class EmbeddedRows {
  #leftInReport = ROWS_PER_REPORT;

  /** `ticks` are the failures of each tick of one trial. */
  take(
    trial: AnalyzedTrial,
    ticks: readonly (readonly FailedRequest[])[],
    zeroNs: number,
  ): readonly TickRows[] {
    // A share each, so that the last tick of a long burst can be opened as well as the first.
    const budget = Math.min(ROWS_PER_TRIAL, this.#leftInReport);
    const share = Math.min(ROWS_PER_TICK, Math.max(1, Math.floor(budget / Math.max(1, ticks.length))));
    let left = budget;
    return ticks.map((failures) => {
      const shown = failures.slice(0, Math.min(share, left));
      const rows = shown.map((failure) => ledgerRow(failure, zeroNs));
      left -= rows.length;
      this.#leftInReport -= rows.length;
      const stories = shown.map((failure) => storyOf(trial, failure));
      return { total: failures.length, rows, stories };
    });
  }
}

const STORY_LINES = 5;

function storyOf(trial: AnalyzedTrial, failure: FailedRequest): Story {
  const { attribution } = failure;
  return {
    title: `${failure.load}-${failure.id}: ${attribution.cause} (${attribution.confidence}), ${CAUSE_WORDS[attribution.cause]}`,
    because: attribution.because,
    missing: attribution.missing.join('; '),
    lines: requestStory(trial, failure, STORY_LINES).map(({ offsetMs, what }) => [
      formatSince(offsetMs),
      what,
    ]),
  };
}
