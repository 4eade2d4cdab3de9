import { describe, expect, it } from 'vitest';

import type { KubeObject } from '../../../src/workload/kube-object.ts';
import { strategyContainerWarnings } from '../../../src/workload/strategy-container-warnings.ts';
import { scenario } from '../scenario/minimal-scenario.ts';

const app = (container: string | null) =>
  scenario({
    '{ sample: http }': `{ manifest: web.yaml, workload: { kind: Deployment, name: web }, ${container === null ? '' : `container: ${container}, `}port: 8080 }`,
  });

const manifest = (
  containers: readonly Readonly<Record<string, unknown>>[],
  initContainers: readonly Readonly<Record<string, unknown>>[] = [],
): readonly KubeObject[] => [
  { kind: 'ConfigMap', metadata: { name: 'web' } },
  {
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { template: { spec: { containers, initContainers } } },
  } as unknown as KubeObject,
];

const serves = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  name,
  ports: [{ containerPort: 8080 }],
  ...more,
});

describe('a manifest whose strategies are put on a container that does not serve', () => {
  it('is warned of before the run, with the container that serves', () => {
    const [warning, ...others] = strategyContainerWarnings(
      app('app'),
      manifest([serves('proxy'), { name: 'app' }]),
    );
    expect(others).toEqual([]);
    expect(warning?.message).toBe(
      'the preStop of the strategies is put on container “app”, but “proxy” declares port 8080, which gets the load, and has none: it is stopped at once (spec.app.container chooses another)',
    );
  });

  it('is meant also where the first container is taken for want of a name', () => {
    expect(strategyContainerWarnings(app(null), manifest([{ name: 'app' }, serves('proxy')]))).toHaveLength(
      1,
    );
  });

  it('is not one whose container serves, or whose ports tell nothing', () => {
    expect(strategyContainerWarnings(app('app'), manifest([serves('app'), serves('proxy')]))).toEqual([]);
    expect(strategyContainerWarnings(app('app'), manifest([{ name: 'app' }, { name: 'proxy' }]))).toEqual([]);
  });

  it('is not one whose proxy waits for the app, as a sidecar, or by a hook of its own', () => {
    const sidecar = manifest([{ name: 'app' }], [serves('proxy', { restartPolicy: 'Always' })]);
    expect(strategyContainerWarnings(app('app'), sidecar)).toEqual([]);
    const hooked = serves('proxy', { lifecycle: { preStop: { sleep: { seconds: 5 } } } });
    expect(strategyContainerWarnings(app('app'), manifest([hooked, { name: 'app' }]))).toEqual([]);
  });

  it('is not one without strategies that put anything on it', () => {
    const none = scenario({
      '{ sample: http }':
        '{ manifest: web.yaml, workload: { kind: Deployment, name: web }, container: app, port: 8080 }',
      '    - name: sleep-5\n      preStop: { sleepSeconds: 5 }\n': '',
    });
    expect(strategyContainerWarnings(none, manifest([serves('proxy'), { name: 'app' }]))).toEqual([]);
  });
});
