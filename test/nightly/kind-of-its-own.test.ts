import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { kindDriver, type DriverUnderTest } from '../e2e/driver-contract/driver-under-test.ts';
import { expectInnerSteps } from '../e2e/driver-contract/expect-inner-steps.ts';
import { expectWholeTruth } from '../e2e/driver-contract/expect-whole-truth.ts';
import { drainbench } from '../e2e/support/drainbench.ts';

const SCENARIO = new URL('../e2e/driver-contract/delete.yaml', import.meta.url).pathname;

const kind = await kindDriver();
const noKind = typeof kind === 'string' ? kind.split('\n')[0] : null;

/** The driver contract has a cluster that stays, in nftables mode. */
describe.skipIf(noKind !== null)(`kind${noKind === null ? '' : ` (skipped: ${noKind})`}`, () => {
  const driver = kind as DriverUnderTest;
  const reports = mkdtempSync(join(tmpdir(), 'drainbench-own-kind-'));

  afterAll(async () => {
    await driver.release();
    rmSync(reports, { recursive: true });
  });

  it('makes a cluster in iptables mode for a run, sees as much of it as of a box, and removes it', async () => {
    const file = join(reports, 'own.yaml');
    const cluster = 'cluster: { driver: kind, nodes: 1, proxyMode: iptables }';
    writeFileSync(file, readFileSync(SCENARIO, 'utf8').replace('spec:\n', `spec:\n  ${cluster}\n`));
    const measured = await drainbench(['run', file, '--reports', reports], driver.environment);
    await expectWholeTruth(reports, measured.all);
    await expectInnerSteps(reports, measured.all);
    const runId = realpathSync(join(reports, 'latest'));
    expect(await driver.leftovers(`run-${runId.slice(-6)}`)).toEqual([]);
  });
});
