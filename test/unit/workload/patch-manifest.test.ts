import { expect, test } from 'vitest';
import { strategySchema } from '../../../src/model/scenario.ts';
import type { Deployment, KubeObject, StatefulSet } from '../../../src/workload/kube-object.ts';
import { patchManifest } from '../../../src/workload/patch-manifest.ts';

const TRIAL = { runId: 'run-1', trialId: '001-a', namespace: 'ours', expiresAt: new Date(0) };
const APP = { manifest: 'app.yaml', workload: { kind: 'Deployment' as const, name: 'shop' }, port: 3000 };
const SHOP = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'theirs', labels: { team: 'a' } },
  spec: {
    replicas: 5,
    selector: { matchLabels: { app: 'shop' } },
    template: {
      metadata: { labels: { app: 'shop' } },
      spec: {
        containers: [
          { name: 'proxy', image: 'proxy:1' },
          {
            name: 'shop',
            image: 'shop:1',
            env: [
              { name: 'COLOUR', value: 'blue' },
              { name: 'POD_NAME', value: 'own' },
            ],
            readinessProbe: { tcpSocket: { port: 3000 } },
            lifecycle: {
              preStop: { exec: { command: ['old'] } },
              postStart: { exec: { command: ['hello'] } },
            },
          },
        ],
      },
    },
  },
} satisfies KubeObject & Record<string, unknown>;
const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf' } };

function patch(strategy: object, objects: readonly KubeObject[] = [CONFIG, SHOP], app: object = {}) {
  const parsed = strategySchema.parse({ name: 'a', ...strategy });
  return patchManifest({ app: { ...APP, ...app }, strategy: parsed, trial: TRIAL, objects });
}

test('the strategy goes into the named container, and only there', () => {
  const { objects } = patch(
    { preStop: { sleepSeconds: 3 }, terminationGracePeriodSeconds: 9, env: { COLOUR: 'red' } },
    undefined,
    { container: 'shop' },
  );
  const { spec } = (objects[1] as Deployment).spec?.template ?? {};
  expect(spec?.terminationGracePeriodSeconds).toBe(9);
  expect(spec?.containers[0]).toEqual({ name: 'proxy', image: 'proxy:1' });
  expect(spec?.containers[1]).toMatchObject({
    image: 'shop:1',
    lifecycle: { preStop: { sleep: { seconds: 3 } }, postStart: { exec: { command: ['hello'] } } },
    readinessProbe: { tcpSocket: { port: 3000 } },
  });
  expect(spec?.containers[1]?.env).toEqual(
    expect.arrayContaining([
      { name: 'COLOUR', value: 'red' },
      { name: 'POD_NAME', value: 'own' },
    ]),
  );
});

test('without a container named it is the first; preStop none takes an existing hook away', () => {
  expect(
    (patch({ preStop: { sleepSeconds: 1 } }).objects[1] as Deployment).spec?.template.spec?.containers[0],
  ).toHaveProperty('lifecycle.preStop.sleep');
  const { objects } = patch({ preStop: 'none' }, undefined, { container: 'shop' });
  expect((objects[1] as Deployment).spec?.template.spec?.containers[1]?.lifecycle).toEqual({
    postStart: { exec: { command: ['hello'] } },
  });
});

test('a strategy changes what it names, and asIs changes nothing of the container and its grace period', () => {
  const { spec } = SHOP;
  const graceful = {
    ...SHOP,
    spec: {
      ...spec,
      template: { ...spec.template, spec: { ...spec.template.spec, terminationGracePeriodSeconds: 75 } },
    },
  };
  const podOf = (strategy: object) =>
    (patch(strategy, [graceful], { container: 'shop' }).objects[0] as Deployment).spec?.template.spec;
  const own = { preStop: 'own', terminationGracePeriodSeconds: 'own' };
  expect(podOf({ asIs: true, ...own })).toEqual(graceful.spec.template.spec);
  const longer = podOf({ ...own, terminationGracePeriodSeconds: 90 });
  expect(longer?.terminationGracePeriodSeconds).toBe(90);
  expect(longer?.containers[1]).toHaveProperty('lifecycle.preStop.exec.command', ['old']);
  const slept = podOf({ ...own, preStop: { sleepSeconds: 3 } });
  expect(slept?.terminationGracePeriodSeconds).toBe(75);
  expect(slept?.containers[1]).toHaveProperty('lifecycle.preStop', { sleep: { seconds: 3 } });
});

test('everything moves to our namespace with our labels; our Service selects the target Pods by them', () => {
  const workload = patch({});
  expect(workload).toMatchObject({
    replicas: 5,
    target: { kind: 'Deployment', name: 'shop' },
    serviceName: 't001-a',
    container: 'proxy',
  });
  for (const { metadata } of workload.objects) {
    expect(metadata).toMatchObject({ namespace: 'ours', labels: { 'drainbench.dev/run': 'run-1' } });
  }
  expect(workload.objects[1]?.metadata?.labels).toMatchObject({ team: 'a' });
  const template = (workload.objects[1] as Deployment).spec?.template;
  expect(template?.metadata?.labels).toMatchObject({ app: 'shop', 'drainbench.dev/target': 'true' });
  expect(workload.objects.at(-1)).toMatchObject({ kind: 'Service', spec: { ports: [{ targetPort: 3000 }] } });
});

test('Pods that have the addresses of their nodes are refused: nobody could tell them apart', () => {
  const { template } = SHOP.spec;
  const spec = { ...SHOP.spec, template: { ...template, spec: { ...template.spec, hostNetwork: true } } };
  const hosted = { ...SHOP, spec } as KubeObject;
  expect(() => patch({}, [hosted])).toThrow(/Deployment shop has hostNetwork: true/);
});

test("the other workloads' Pods can be found again, but get no load", () => {
  const side = { ...SHOP, metadata: { name: 'side' } };
  const labels = (patch({}, [side, SHOP]).objects[0] as Deployment).spec?.template.metadata?.labels;
  expect(labels).toMatchObject({ app: 'shop', 'drainbench.dev/trial': '001-a' });
  expect(labels).not.toHaveProperty('drainbench.dev/target');
});

test("a StatefulSet's volume claims carry our labels, so that they go with it", () => {
  const set = {
    ...SHOP,
    kind: 'StatefulSet',
    spec: {
      ...SHOP.spec,
      replicas: undefined,
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }],
    },
  };
  const workload = patch({}, [set], { workload: { kind: 'StatefulSet', name: 'shop' } });
  expect(workload.replicas).toBe(1);
  const [claim] = (workload.objects[0] as StatefulSet).spec?.volumeClaimTemplates ?? [];
  expect(claim?.metadata).toMatchObject({ name: 'data', labels: { 'drainbench.dev/trial': '001-a' } });
});

test('the input is left as it was: the next strategy starts from the same manifest', () => {
  const before = structuredClone(SHOP);
  patch({ preStop: { sleepSeconds: 1 }, env: { A: 'b' } });
  expect(SHOP).toEqual(before);
});

test.each([
  ['a workload that is not there', [CONFIG], {}, 'manifest-workload-missing', 'ConfigMap conf'],
  [
    'a container that is not there',
    [SHOP],
    { container: 'web' },
    'manifest-container-missing',
    'proxy, shop',
  ],
  [
    'a cluster-wide object',
    [SHOP, { kind: 'ClusterRole', metadata: { name: 'r' } }],
    {},
    'manifest-cluster-scoped',
    undefined,
  ],
])('%s is a usage error that says what was found', (_what, objects, app, code, found) => {
  expect(() => patch({}, objects, app)).toThrow(
    expect.objectContaining({ code, exitCode: 64, found }) as Error,
  );
});
