import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestRecord } from '../../../src/model/request-record.ts';
import type { LoadSpec } from '../../../src/model/scenario.ts';
import type { Finding } from '../../../src/model/verdict.ts';
import { ConservationCheck } from '../../../src/load/check-conservation.ts';
import { engineNamed } from '../../../src/load/engine-named.ts';
import type { LoadContext, LoadSummary, LoadTarget } from '../../../src/load/load-engine.ts';
import { monotonicClock } from '../../../src/load/monotonic-clock.ts';
import { findK6 } from '../../../src/run/find-k6.ts';
import { loadSpec } from '../../unit/load/load-spec.ts';

export interface FinishedLoad {
  /** In the order of completion. */
  readonly records: readonly RequestRecord[];
  readonly summary: LoadSummary;
  /** What the conservation law has to say. */
  readonly findings: readonly Finding[];
}

/** Runs an engine in this process until `enough` says so (at most 20 s), then stops it. */
export async function runLoad(
  spec: Partial<LoadSpec>,
  targets: readonly LoadTarget[],
  enough: (records: readonly RequestRecord[]) => boolean,
  drainMs = 1000,
  context: Pick<LoadContext, 'names'> = {},
): Promise<FinishedLoad> {
  const records: RequestRecord[] = [];
  const load = loadSpec({ ratePerSecond: 25, ...spec });
  const k6 = load.engine === 'k6' ? { k6: (await findK6()).path } : {};
  const run = engineNamed(load.engine).start(
    { ...load, ...k6 },
    {
      ...context,
      targets,
      nowNs: monotonicClock(process.hrtime.bigint()),
      onRecord: (record) => records.push(record),
    },
  );
  await run.sending;
  for (let waited = 0; !enough(records) && waited < 20_000; waited += 5) await sleep(5);
  const summary = await run.stop({ drainMs });
  const check = new ConservationCheck(load.name);
  for (const record of records) check.add(record);
  return { records, summary, findings: check.findings(summary) };
}
