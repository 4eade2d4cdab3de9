import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import { drainbench } from './support/drainbench.ts';
import { snapshotHost } from './support/host-snapshot.ts';

/** One trial without a hazard confirms a setting here: enough to go through all stages. */
const SCENARIO = new URL('./fixtures/quick.yaml', import.meta.url).pathname;

describe('a tune from end to end', () => {
  const reports = mkdtempSync(join(tmpdir(), 'drainbench-tune-'));
  const latest = () => realpathSync(join(reports, 'latest'));

  afterAll(() => {
    rmSync(reports, { recursive: true });
  });

  it('computes a preStop for an app that exits at once, tries it, prints the patch and leaves nothing behind', async () => {
    const before = await snapshotHost();
    const only = ['--strategy', 'kill', '--load', 'fresh'];
    const tune = await drainbench(['tune', SCENARIO, ...only, '--minutes', '1', '--reports', reports]);
    expect(await snapshotHost()).toEqual(before);
    const result = await analyzeRun(latest());
    expect(tune.exitCode, tune.all).toBe({ pass: 0, fail: 1, inconclusive: 2, void: 3 }[result.verdict]);
    // On a busy machine its time may be over before the setting is tried; that one follows is certain.
    expect(['pass', 'inconclusive'], tune.all).toContain(result.verdict);
    const { preStop } = result.tune?.setting ?? {};
    const seconds = typeof preStop === 'object' && 'sleepSeconds' in preStop ? preStop.sleepSeconds : 0;
    const [slowest] = result.needs.flatMap(({ trials }) => trials);
    expect(seconds, tune.all).toBeGreaterThanOrEqual(1);
    expect(seconds * 1000).toBeGreaterThan((slowest?.ms ?? 0) - (result.needs[0]?.closesAfterMs ?? 0));
    expect(tune.stdout).toContain(result.headline);
    const patch = readFileSync(join(latest(), 'tune-patch.yaml'), 'utf8');
    expect(tune.stdout).toContain(patch.trimEnd());
    expect(parse(patch)).toMatchObject({
      spec: {
        template: { spec: { containers: [{ name: 'app', lifecycle: { preStop: { sleep: { seconds } } } }] } },
      },
    });
  });

  it('says the same from its directory alone, and is not gone on with', async () => {
    const patch = join(latest(), 'tune-patch.yaml');
    const first = readFileSync(patch, 'utf8');
    rmSync(patch);
    const again = await drainbench(['report', latest()]);
    expect(again.exitCode, again.all).toBe(0);
    expect(readFileSync(patch, 'utf8')).toBe(first);
    const resumed = await drainbench(['run', '--resume', latest()]);
    expect(resumed.exitCode).toBe(64);
    expect(resumed.stderr).toContain('run-not-resumable');
  });
});
