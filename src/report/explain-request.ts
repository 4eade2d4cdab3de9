import { stripVTControlCharacters } from 'node:util';
import { disruptionLabel } from '../analyze/words/disruption-label.ts';
import { formatMs } from '../analyze/words/format-figures.ts';
import type { AnalyzedTrial, FailedRequest, RunResult } from '../analyze/run-result.ts';
import type { Attribution } from '../model/attribution.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { NS_PER_MS } from '../model/duration.ts';
import { EXIT } from '../model/exit-code.ts';
import { CAUSE_STORIES, CAUSE_WORDS } from './cause-words.ts';
import { parseRequestName } from './parse-request-name.ts';
import { requestStory } from './request-story.ts';

const PROOFS: Readonly<Record<NonNullable<Attribution['podProof']>, string>> = {
  conntrack: 'connection tracking saw it',
  answer: 'it answered',
  kernel: 'its kernel saw the client’s port',
  address: 'the client itself chose its address',
  elimination: 'no other Pod could have failed it so',
};

/** What was asked for, the cause, the reason, the way and the evidence take a line each. */
const MAX_LINES = 10;
const STORY_LINES = MAX_LINES - 5;

/**
 * The story of one failed request in at most ten lines. `request` is `<trial>/<load>-<id>`, or `<load>-<id>` where only
 * one trial has a failed request of that name; `<trial>.attempt2/…` names an attempt that does not count.
 *
 * @throws DrainbenchError `request-not-found` (with what there is), `request-ambiguous`: exit code 64
 */
export function explainRequest(result: RunResult, request: string): string {
  const { trial, failure } = find(result, request);
  const { attribution } = failure;
  const startNs = failure.startNs ?? failure.intendedNs;
  const took = failure.endNs === null ? '' : ` after ${formatMs((failure.endNs - startNs) / NS_PER_MS)}`;
  const error = failure.errorCode ?? failure.status;
  const connection =
    (failure.requestOnConnection ?? 0) === 0
      ? 'a fresh connection'
      : `request ${(failure.requestOnConnection ?? 0) + 1} of a connection ${formatMs(failure.connectionAgeMs)} old`;
  const where =
    attribution.pod === null
      ? 'not known'
      : `Pod ${attribution.pod}${attribution.podNode === null ? '' : ` on ${attribution.podNode}`}${attribution.sentByNode === null ? '' : `, by ${attribution.sentByNode}`}${attribution.podProof === null ? '' : ` (${PROOFS[attribution.podProof]})`}${syncsOf(trial, attribution)}`;
  const since =
    trial.disruptionNs === null
      ? ''
      : `, ${signed((startNs - trial.disruptionNs) / NS_PER_MS)} from the disruption`;
  const lines = [
    `${failure.load}-${failure.id} of trial ${trial.trial.number}${trial.counted ? '' : `, attempt ${trial.attempt}`} (${trial.trial.strategy.name}, ${disruptionLabel(trial.trial.disruption)}), ${failure.method} ${failure.path} on ${connection}${since}: ${failure.outcome}${error === null ? '' : ` (${error})`}${took}${attemptsOf(failure)}`,
    `cause     ${attribution.cause}, ${attribution.confidence}: ${CAUSE_WORDS[attribution.cause]}`,
    `because   ${attribution.because}`,
    ...alternatives(attribution),
    `sent to   ${where}`,
    ...requestStory(trial, failure, STORY_LINES - alternatives(attribution).length).map(
      ({ offsetMs, what, uncertaintyMs }) => {
        const doubt = uncertaintyMs === null || uncertaintyMs < 0.1 ? '' : ` ± ${formatMs(uncertaintyMs)}`;
        return `${signed(offsetMs).padStart(12)}  ${what}${doubt}`;
      },
    ),
    `evidence  ${evidenceOf(attribution)} in ${trial.directory}/events.ndjson${attribution.missing.length === 0 ? '' : `; missing: ${attribution.missing.join('; ')}`}`,
  ];
  return `${lines.map(safe).join('\n')}\n`;
}

/** Both stories, where two causes remain. */
function alternatives({ candidates }: Attribution): readonly string[] {
  return candidates.map((cause, index) => {
    const story =
      cause === 'ambiguous' || cause === 'unexplained' ? CAUSE_WORDS[cause] : CAUSE_STORIES[cause];
    return (index === 0 ? 'either' : 'or').padEnd(10) + `${cause}: ${story}`;
  });
}

/** What the load's client did by itself about it, or that this is what it did. */
function attemptsOf({ load, retryOf, retriedBy, recovered }: FailedRequest): string {
  const first = typeof retryOf === 'number' ? `; it was the second attempt at ${load}-${retryOf}` : '';
  if (typeof retriedBy !== 'number') return first;
  return `; the client repeated it as ${load}-${retriedBy}, which was ${recovered ? 'ok' : 'not ok either'}`;
}

/** Where a node sent to a Pod that was no more: how busy its kube-proxy was. */
function syncsOf({ proxySyncs }: AnalyzedTrial, { cause, sentByNode }: Attribution): string {
  const own = proxySyncs.find(({ node }) => node === sentByNode);
  if (own === undefined || !cause.endsWith('-still-routed')) return '';
  const { lastSyncBeforeMs, syncsSince, meanSyncMs } = own;
  const each = meanSyncMs === null ? '' : ` of ${formatMs(meanSyncMs)} each`;
  const since = syncsSince === null ? '' : `, ${countOf(syncsSince, 'sync')}${each} since`;
  return `; its kube-proxy last synced ${formatMs(lastSyncBeforeMs)} before the disruption${since}`;
}

function find(
  result: RunResult,
  request: string,
): { readonly trial: AnalyzedTrial; readonly failure: FailedRequest } {
  const name = parseRequestName(request);
  const found = result.trials.flatMap((trial) =>
    (name?.trial != null && trial.trial.number !== name.trial) ||
    (name?.attempt != null && trial.attempt !== name.attempt)
      ? []
      : trial.failures
          .filter(({ load, id }) => load === name?.load && id === name.id)
          .map((failure) => ({ trial, failure })),
  );
  // Of a repeated trial the attempt that counts is meant, unless one is named.
  const chosen = found.length > 1 ? found.filter(({ trial }) => trial.counted) : found;
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return only;
  const names = (chosen.length > 1 ? chosen : examples(result)).map(
    ({ trial, failure }) =>
      `${trial.trial.number}${trial.counted ? '' : `.attempt${trial.attempt}`}/${failure.load}-${failure.id}`,
  );
  throw new DrainbenchError({
    code: chosen.length > 1 ? 'request-ambiguous' : 'request-not-found',
    message:
      chosen.length > 1
        ? `several trials have a failed request ${request}`
        : `there is no failed request ${request} in this run`,
    expected:
      'TRIAL/LOAD-ID of a failed request, e.g. 2/fresh-206 (2.attempt1/fresh-206: of its first attempt)',
    found: names.length === 0 ? 'a run in which no request failed' : `e.g. ${names.slice(0, 5).join(', ')}`,
    fix: 'failures.csv lists them: columns trial, attempt, load and id.',
    exitCode: EXIT.usage,
  });
}

function examples(
  result: RunResult,
): readonly { readonly trial: AnalyzedTrial; readonly failure: FailedRequest }[] {
  return result.trials.flatMap((trial) => trial.failures.slice(0, 2).map((failure) => ({ trial, failure })));
}

function evidenceOf({ evidence }: Attribution): string {
  const ids = [...new Set(evidence.map(({ eventId }) => eventId).filter((id) => id !== null))];
  return ids.length === 0 ? 'none but the ledger; events are' : `events ${ids.join(', ')}`;
}

function signed(ms: number): string {
  const text = Math.abs(ms) < 99.95 ? `${Math.abs(ms).toFixed(2)} ms` : formatMs(Math.abs(ms));
  return `${ms < 0 ? '−' : '+'}${text}`;
}

/** Names and paths may come from a cluster or a server: no escape sequences into the user's terminal. */
function safe(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what must go
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
