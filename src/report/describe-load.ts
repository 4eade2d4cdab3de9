import { formatMs } from '../analyze/words/format-figures.ts';
import type { AnalyzedTrial } from '../analyze/run-result.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { LoadSpec } from '../model/scenario.ts';

/** A load in one line: its engine and pace, from where it came and by which way, and how sure its clock was. */
export function describeLoad(load: LoadSpec, trials: readonly AnalyzedTrial[]): string {
  const rate = load.ratePerSecond === undefined ? 'as fast as answers come' : `${load.ratePerSecond}/s`;
  const parts = [load.engine, load.connections, rate, ...clientOf(load), ...wayOf(load, trials)];
  return `${load.name} (${parts.join(', ')})`;
}

/** What its client does that others do not. */
function clientOf({ retry, idleTimeoutMs, poolOrder }: LoadSpec): readonly string[] {
  return [
    ...(retry === 'idempotent-once' ? ['retries once where a reused connection ended'] : []),
    ...(idleTimeoutMs === undefined ? [] : [`closes connections idle for ${formatMs(idleTimeoutMs)}`]),
    ...(poolOrder === 'newest-first' ? ['uses the newest connection first'] : []),
  ];
}

function wayOf(load: LoadSpec, trials: readonly AnalyzedTrial[]): readonly string[] {
  const inside = trials
    .flatMap(({ loads }) => loads)
    .flatMap((each) => (each.load === load.name && each.inside != null ? [each.inside] : []));
  if (inside.length === 0)
    return load.from === 'inside' ? [`meant to run inside via ${load.via}`] : ['from this host'];
  const list = (values: readonly string[]) => [...new Set(values)].sort().join(' and ');
  const known = inside.flatMap(({ clockUncertaintyNs }) => clockUncertaintyNs ?? []);
  const largestMs = Math.max(...known) / NS_PER_MS;
  const clock =
    known.length < inside.length
      ? 'clock not known of all trials'
      : largestMs === 0
        ? 'the harness’ own clock'
        : `clock ± ${formatMs(largestMs)}`;
  return [
    `from inside on ${list(inside.map(({ node }) => node))} via ${list(inside.map(({ via }) => via))}`,
    clock,
  ];
}
