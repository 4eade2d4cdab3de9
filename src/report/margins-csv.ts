import type { AnalyzedTrial, RunResult } from '../analyze/run-result.ts';
import type { GraceMargin, Hazard, LoadMargins, Margin, RoutingMargin } from '../model/margin.ts';
import { rounded, toCsv, type Cell } from './to-csv.ts';

const COLUMNS = [
  'trial',
  'attempt',
  'counted',
  'block',
  'role',
  'strategy',
  'disruption',
  'load',
  'hazard',
  'pod',
  'node',
  'connection',
  'state',
  'marginMs',
  'uncertaintyMs',
  'idleMs',
  'met',
  'count',
  'detail',
];

/**
 * margins.csv: of each load of each disrupted trial one line for each hazard as a whole, then one for each Pod (and node)
 * that a margin is known of or asked for, and for each kept-alive connection that was cut.
 */
export function marginsCsv({ trials }: RunResult): Iterable<string> {
  return toCsv(
    COLUMNS,
    trials.flatMap((trial) => trial.margins.flatMap((each) => rowsOf(each, trial))),
  );
}

interface Row {
  readonly hazard: Hazard;
  readonly pod?: string;
  readonly node?: string;
  readonly connection?: number;
  readonly state: string;
  readonly margin?: Margin | null;
  readonly idleMs?: number | null;
  readonly met?: boolean;
  readonly count?: number;
  readonly detail?: string;
}

function rowsOf(margins: LoadMargins, { counted, trial }: AnalyzedTrial): readonly (readonly Cell[])[] {
  const { routing, grace, connections, hazards } = margins;
  const rows: readonly Row[] = [
    ...hazards,
    ...routing.map((each): Row => ({
      hazard: 'still-routed',
      pod: each.pod,
      node: each.node,
      state: each.state === 'not-dropped' ? 'there' : stateOf(each),
      margin: each.margin,
      detail: each.state === 'not-dropped' ? 'not dropped when the trial ended' : each.why,
    })),
    ...(connections?.cut ?? []).map(({ pod, connection, idleMs, met }): Row => ({
      hazard: 'cut-unannounced',
      ...{ pod, connection, state: 'there', idleMs, met },
    })),
    ...grace.map((each): Row => ({
      hazard: 'cut-in-hand',
      pod: each.pod,
      state: each.cut > 0 ? 'there' : stateOf(each),
      margin: each.margin,
      count: each.cut,
      detail: each.until === 'unknown' ? each.why : `until its ${each.until}`,
    })),
  ];
  return rows.map((row) => [
    margins.trial,
    margins.attempt,
    counted,
    margins.block,
    trial.role,
    margins.strategy,
    margins.disruption,
    margins.load,
    row.hazard,
    row.pod ?? null,
    row.node ?? null,
    row.connection ?? null,
    row.state,
    rounded(row.margin?.ms ?? null),
    rounded(row.margin?.uncertaintyMs ?? null),
    rounded(row.idleMs ?? null),
    row.met ?? null,
    row.count === undefined ? null : rounded(row.count),
    row.detail ?? null,
  ]);
}

function stateOf({ margin, why }: RoutingMargin | GraceMargin): string {
  if (margin === null) return why === '' ? 'none' : 'unknown';
  if (Math.abs(margin.ms) <= margin.uncertaintyMs) return 'unknown';
  return margin.ms < 0 ? 'there' : 'none';
}
