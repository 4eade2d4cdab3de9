import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

import type { RunResult } from '../../../src/analyze/run-result.ts';
import { strategySchema } from '../../../src/model/scenario.ts';
import { tunePatch } from '../../../src/report/tune-patch.ts';
import { buildTools } from '../../../src/tools/build-tools.ts';

/** Seconds where the tool is in the cache, minutes where it must be built first. */
const BUILD_MS = 1_200_000;
const HOOKS = {
  'no hook': undefined,
  'a command': { exec: { command: ['nginx', '-s', 'quit'] } },
  'a request': { httpGet: { path: '/drain', port: 80 } },
  'a longer sleep': { sleep: { seconds: 20 } },
};

describe('the patch of a tuned setting, as kubectl applies it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-patch-'));
  let kubectl = '';

  beforeAll(async () => {
    ({ kubectl } = await buildTools({ names: ['kubernetes'] }));
  }, BUILD_MS);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** The hook of the container that is patched, and what the Pods have of it all. */
  async function patched(hook: object | undefined, strategy: object) {
    const main = { name: 'main', image: 'main:1', ...(hook && { lifecycle: { preStop: hook } }) };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'first', image: 'first:1' }, main] },
        },
      },
    };
    const setting = strategySchema.parse({ name: 'tuned', ...strategy });
    const workload = {
      ...{ kind: 'Deployment', name: 'web', container: 'main', port: 8080, graceSeconds: 30, replicas: 1 },
      ...{ atOnce: 1, waitsForEnd: false },
    };
    const manifest = { runId: 'RUN', tune: { minutes: 1, workload, apps: [setting], settings: [] } };
    const result = { manifest, tune: { setting }, verdict: 'pass' } as unknown as RunResult;
    const [object, patch] = [join(folder, 'web.yaml'), join(folder, 'patch.yaml')];
    writeFileSync(object, stringify(deployment));
    writeFileSync(patch, tunePatch(result) ?? '');
    const { stdout } = await execa(kubectl, ['patch', '--local', '-f', object, '--patch-file', patch, '-o', 'yaml']); // prettier-ignore
    const { spec } = parse(stdout) as typeof deployment;
    return spec.template.spec as unknown as {
      readonly terminationGracePeriodSeconds: number;
      readonly containers: readonly { readonly name: string; readonly lifecycle?: { preStop?: object } }[];
    };
  }

  it.each(Object.entries(HOOKS))('puts its preStop in the place of %s', async (_what, hook) => {
    const sleep = await patched(hook, { preStop: { sleepSeconds: 2 }, terminationGracePeriodSeconds: 40 });
    expect(sleep.terminationGracePeriodSeconds).toBe(40);
    expect(sleep.containers.map(({ name }) => name).toSorted()).toEqual(['first', 'main']);
    const hookOf = ({ containers }: typeof sleep) =>
      containers.find(({ name }) => name === 'main')?.lifecycle?.preStop;
    expect(hookOf(sleep)).toEqual({ sleep: { seconds: 2 } });
    const exec = await patched(hook, { preStop: { exec: ['sleep', '2'] } });
    expect(hookOf(exec)).toEqual({ exec: { command: ['sleep', '2'] } });
    expect(hookOf(await patched(hook, {}))).toBeUndefined();
  });
});
