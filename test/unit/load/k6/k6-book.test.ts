import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { ConservationCheck } from '../../../../src/load/check-conservation.ts';
import { K6Book } from '../../../../src/load/k6/k6-book.ts';
import { K6SampleReader } from '../../../../src/load/k6/k6-samples.ts';
import { WallMapping } from '../../../../src/load/k6/wall-mapping.ts';
import { loadSpec } from '../load-spec.ts';

/** When the load began: long enough ago for all that k6 tells to be over. */
const BEGAN_MS = Date.now() - 10_000;
const nowNs = (): number => performance.now() * 1e6;
const TAGS = 'error,error_code,ip,status';

/** Lines as k6 writes them. Times are ms since the begin. */
class Output {
  readonly #lines = [`metric_name,timestamp,metric_value,${TAGS},extra_tags,metadata`];

  sample(metric: string, atMs: number, value: number, tags = ',,,', metadata = ''): this {
    const time = `${String(BEGAN_MS + Math.floor(atMs))}${String(Math.round((atMs % 1) * 1e6)).padStart(6, '0')}`;
    this.#lines.push(`${metric},${time},${value.toFixed(6)},${tags},,${metadata}`);
    return this;
  }

  sent(id: number, atMs: number, vu = 1): this {
    return this.sample('drainbench_sent', atMs, 1, ',,,', `vu=${String(vu)}&drainbench=${String(id)}:0`);
  }

  /** @param parts blocked, connecting, sending, waiting, receiving, ms */
  trail(id: number, endMs: number, parts: readonly number[], tags = ',,127.0.0.1,200', vu = 1): this {
    const metadata = `drainbench=${String(id)}:0&vu=${String(vu)}`;
    this.sample('http_reqs', endMs, 1, tags, metadata);
    const names = ['blocked', 'connecting', 'sending', 'waiting', 'receiving'];
    for (const [index, name] of names.entries())
      this.sample(`http_req_${name}`, endMs, parts[index] ?? 0, tags, metadata);
    return this;
  }

  bytes(id: number, atMs: number, sentBytes: number, readBytes: number, answer = ':86:web-a', vu = 1): this {
    const metadata = `vu=${String(vu)}&drainbench=${String(id)}:0${answer}`;
    this.sample('data_sent', atMs, sentBytes, ',,,', metadata);
    return this.sample('data_received', atMs, readBytes, ',,,', metadata);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function read(output: Output, counts: Record<string, number>) {
  const records: RequestRecord[] = [];
  const spec = { ...loadSpec({ engine: 'k6', concurrency: 2 }), ratePerSecond: 100 };
  const book = new K6Book(
    spec,
    {
      targets: [{ host: '198.18.0.11', port: 30_080 }],
      nowNs,
      onRecord: (record) => records.push({ ...record }),
    },
    new WallMapping(nowNs, 'probe'),
  );
  const others: string[] = [];
  const reader = new K6SampleReader(
    (sample) => book.take(sample),
    (line) => others.push(line),
  );
  reader.push(String(output));
  reader.end();
  expect(others).toEqual([]);
  const before = book.counters();
  book.close();
  const summary = book.summary(nowNs(), counts);
  const check = new ConservationCheck('probe');
  for (const record of records) check.add(record);
  return { records, before, summary, problems: check.findings(summary).map(({ message }) => message) };
}

describe('the books of a load that k6 puts on', () => {
  const output = new Output()
    .sent(1, 0)
    .trail(1, 30, [0.4, 0.3, 0.1, 20, 0.2])
    .bytes(1, 30.1, 94, 86)
    .sent(2, 40)
    .trail(2, 61, [0.01, 0, 0.1, 20, 0.2])
    .bytes(2, 61.1, 94, 105)
    .sample('vus', 65, 2)
    .sent(3, 70)
    .trail(3, 91, [0.3, 0, 0.5, 20, 0.2])
    .bytes(3, 91.1, 188, 86)
    .sample('dropped_iterations', 75, 1)
    .sent(4, 100, 2)
    .trail(4, 100.5, [0, 0, 0, 0, 0], 'dial: connection refused,1212,,0', 2)
    .bytes(4, 100.6, 0, 0, '', 2)
    .sent(5, 110)
    .bytes(5, 120, 94, 0, '');
  const counts = { drainbench_sent: 5, http_reqs: 4, dropped_iterations: 1 };

  it('hold, and agree with what k6 counted itself', () => {
    const { problems, summary, before } = read(output, counts);
    expect(problems).toEqual([]);
    expect(before).toMatchObject({ intended: 6, inFlight: 1, byOutcome: { ok: 3, 'not-sent': 1 } });
    expect(summary).toMatchObject({ intended: 6, inFlight: 0, silentReconnects: 1 });
  });

  it('do not agree where a sample is lost', () => {
    expect(read(output, { ...counts, http_reqs: 5 }).problems).toEqual([
      'Load "probe": the engine\'s own summary has http_reqs 5, the ledger 4.',
    ]);
  });

  it('have the start of a request from its durations, and its end as k6 stamped it', () => {
    const { records } = read(output, counts);
    const since = (ns: number | null) => ((ns ?? NaN) - (records[0]?.intendedNs ?? NaN)) / 1e6;
    const [first, second] = records;
    // 30 ms less 20.3 on the connection and 0.3 to open it.
    expect(since(first?.startNs ?? null)).toBeCloseTo(9.4, 3);
    expect(since(first?.firstByteNs ?? null)).toBeCloseTo(29.8, 3);
    expect(since(first?.endNs ?? null)).toBeCloseTo(30, 3);
    expect(since(second?.startNs ?? null)).toBeCloseTo(40.7, 3);
  });

  it('tell connections apart, also one that Go’s transport made without a word', () => {
    const { records } = read(output, counts);
    const told = records.map(({ id, connection, requestOnConnection, outcome }) => [
      id,
      connection,
      requestOnConnection,
      outcome,
    ]);
    expect(told).toEqual([
      [1, 1, 0, 'ok'],
      [2, 1, 1, 'ok'],
      [3, 2, 0, 'ok'],
      [4, 3, 0, 'refused'],
      [5, null, null, 'censored'],
      [6, null, null, 'not-sent'],
    ]);
    expect(records.map(({ announcedClose }) => announcedClose)).toEqual([
      false,
      true,
      false,
      null,
      null,
      null,
    ]);
  });
});
