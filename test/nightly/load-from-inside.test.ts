import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import type { TrialRecord } from '../../src/model/trial-record.ts';
import { drainbench, kubectl } from '../e2e/support/drainbench.ts';
import { eventually } from '../e2e/support/eventually.ts';

const BOX = 'e2e-inside';
const SCENARIO = `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata: { name: inside, question: Do clients inside of the cluster lose requests? }
spec:
  cluster: { driver: embedded, nodeAgent: always }
  app: { sample: http, replicas: 3, latencyMs: 10 }
  loads:
    - { name: cluster-ip, connections: fresh, ratePerSecond: 30, from: inside, via: clusterIP, node: node1 }
    - { name: headless, connections: fresh, ratePerSecond: 30, from: inside, via: headless, node: node1 }
    - { name: names-again, engine: autocannon, connections: fresh, concurrency: 6, ratePerSecond: 30, from: inside, via: headless, node: node1 }
  disruptions: [{ type: delete }]
  strategies: [{ name: none }]
  blocks: 1
  timing: { settleMs: 500, baselineMs: 1000, tailMs: 1000 }
`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-inside-'));
  const up = await drainbench(['cluster', 'up', '--name', BOX, '--nodes', '2']);
  expect(up.exitCode, up.all).toBe(0);
});
afterAll(async () => {
  await drainbench(['cluster', 'down', '--name', BOX]);
  rmSync(folder, { recursive: true });
});

describe('load from inside of the cluster', () => {
  it('by ClusterIP and by headless name has a whole ledger, and every failure a cause with evidence', async () => {
    const file = join(folder, 'inside.yaml');
    writeFileSync(file, SCENARIO);
    const run = await drainbench(['run', file, '--cluster', BOX, '--reports', folder]);
    const path = realpathSync(join(folder, 'latest'));
    const { trials } = await analyzeRun(path);
    // A machine that is busy with other things makes a load late, which is void and honest; nothing else may be.
    const broken = trials.flatMap(({ findings }) =>
      findings.filter(({ severity, code }) => severity === 'void' && code !== 'not-sent'),
    );
    expect(broken, run.all).toEqual([]);
    const disrupted = trials.find(({ trial }) => trial.role === 'comparison');
    if (disrupted === undefined) throw new Error(run.all);
    const record = JSON.parse(
      readFileSync(join(path, disrupted.directory, 'trial.json'), 'utf8'),
    ) as TrialRecord;
    for (const { name, intended, inside } of record.loads) {
      expect(inside, name).toMatchObject({ node: 'node1', clockUncertaintyNs: 0 });
      const rows = readFileSync(join(path, disrupted.directory, `requests-${name}.csv`), 'utf8');
      expect(rows.trim().split('\n')).toHaveLength((intended ?? 0) + 1);
    }
    expect(record.victims.every(({ name }) => !name.startsWith('load'))).toBe(true);

    // A client that heeds the records' time to live goes on to the Pod that is gone for seconds.
    const failures = disrupted.failures.filter(({ load }) => load === 'headless');
    expect(failures.length, run.all).toBeGreaterThan(0);
    const { routing = [] } = disrupted.margins.find(({ load }) => load === 'headless') ?? {};
    expect(routing).toMatchObject([{ node: 'the name', state: 'dropped' }]);
    expect(routing[0]?.margin?.ms).toBeLessThan(0);
    for (const { attribution } of disrupted.failures) {
      expect(attribution.cause).not.toBe('unexplained');
      expect(attribution.evidence.length).toBeGreaterThan(0);
    }
    const proven = failures.filter(({ attribution }) => attribution.podProof === 'conntrack');
    expect(proven.length).toBeGreaterThan(0);
    expect(new Set(proven.map(({ attribution }) => attribution.sentByNode))).toEqual(new Set([null]));
    await eventually(async () => {
      expect(await kubectl(BOX, 'get', 'namespaces', '-o', 'name')).not.toContain(record.namespace);
    });
  });
});
