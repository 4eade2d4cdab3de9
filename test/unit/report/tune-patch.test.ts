import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import type { RunResult } from '../../../src/analyze/run-result.ts';
import { strategySchema } from '../../../src/model/scenario.ts';
import type { TunedWorkload } from '../../../src/model/tune.ts';
import { tunePatch } from '../../../src/report/tune-patch.ts';

const WORKLOAD: TunedWorkload = {
  ...{ kind: 'Deployment', name: 'web', container: 'main', port: 8081, graceSeconds: 30, replicas: 3 },
  ...{ atOnce: 1, waitsForEnd: false },
};

/** As much of a result as a patch is made of. */
function patchOf(strategy: object, verdict: RunResult['verdict'] = 'pass', workload = WORKLOAD): string {
  const setting = strategySchema.parse({ name: 'tuned-2s', ...strategy });
  const manifest = { runId: 'RUN', tune: { minutes: 10, workload, apps: [setting], settings: [] } };
  const tune = { verdict, headline: '', advice: '', setting, facts: [] };
  return tunePatch({ manifest, tune, verdict } as unknown as RunResult) ?? '';
}

const containerOf = (text: string): unknown =>
  (parse(text) as { spec: { template: { spec: { containers: unknown[] } } } }).spec.template.spec
    .containers[0];

describe('the patch of a tuned setting', () => {
  const NO_OTHER = { exec: null, httpGet: null, tcpSocket: null, sleep: null };

  it('sets the grace period and the preStop of the container that it names, in the place of any other hook', () => {
    const text = patchOf({ preStop: { sleepSeconds: 2 }, terminationGracePeriodSeconds: 40 });
    expect(parse(text)).toEqual({
      spec: {
        template: {
          spec: {
            terminationGracePeriodSeconds: 40,
            containers: [{ name: 'main', lifecycle: { preStop: { ...NO_OTHER, sleep: { seconds: 2 } } } }],
          },
        },
      },
    });
    expect(text).toContain('# kubectl patch deployment web --patch-file tune-patch.yaml');
    expect(text).toContain('# confirmed by drainbench tune RUN');
  });

  it('says in its head that it is not confirmed, where it is not', () => {
    expect(patchOf({ preStop: { sleepSeconds: 2 } }, 'inconclusive')).toContain('# NOT CONFIRMED by');
  });

  it('runs sleep in the container where Kubernetes cannot, and takes a hook away that is not needed', () => {
    expect(containerOf(patchOf({ preStop: { exec: ['sleep', '2'] } }))).toMatchObject({
      lifecycle: { preStop: { ...NO_OTHER, exec: { command: ['sleep', '2'] } } },
    });
    expect(containerOf(patchOf({}))).toMatchObject({ lifecycle: { preStop: null } });
  });

  it('has the environment and the probe that the setting was measured with, and nothing of the sample app’s', () => {
    const text = patchOf({
      ...{ env: { DRAIN: 'yes' }, readinessProbe: { path: '/ready' } },
      shutdown: { mode: 'drain', drainSeconds: 2 },
    });
    expect(containerOf(text)).toMatchObject({
      env: [{ name: 'DRAIN', value: 'yes', valueFrom: null }],
      readinessProbe: { httpGet: { path: '/ready', port: 8081 }, periodSeconds: 1 },
    });
    expect(text).toContain('# how the sample app shuts down is not in it');
  });

  it('names a StatefulSet as one, and leaves the name open where the run made the workload', () => {
    const set = { ...WORKLOAD, kind: 'StatefulSet' as const };
    expect(patchOf({}, 'pass', set)).toContain('kubectl patch statefulset web');
    expect(patchOf({}, 'pass', { ...WORKLOAD, name: null })).toContain('kubectl patch deployment NAME');
  });

  it('is none of a run that is no tune, nor of a tune that no setting follows from', () => {
    const result = { manifest: {}, tune: null, verdict: 'pass' } as unknown as RunResult;
    expect(tunePatch(result)).toBeNull();
  });
});
