import { expect, test } from 'vitest';
import { scenarioSchema, type Scenario } from '../../../src/model/scenario.ts';
import { buildManifests } from '../../../src/workload/build-manifests.ts';
import type { Container, Deployment, Service } from '../../../src/workload/kube-object.ts';
import type { Workload } from '../../../src/workload/workload.ts';

const TRIAL = {
  runId: 'run-1',
  trialId: '012-sleep-5',
  namespace: 'drainbench-run-1',
  expiresAt: new Date('2030-01-02T03:04:05Z'),
};

function scenarioOf(app: object, strategy: object): Scenario {
  return scenarioSchema.parse({
    apiVersion: 'drainbench.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'any', question: 'Any?' },
    spec: {
      app,
      loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 1 }],
      disruptions: [{ type: 'delete' }],
      strategies: [{ name: 'sleep-5', ...strategy }],
    },
  });
}

function build(app: object, strategy: object = {}): Workload {
  const scenario = scenarioOf(app, strategy);
  const [first] = scenario.spec.strategies;
  if (first === undefined) throw new Error('no strategy');
  return buildManifests({ scenario, strategy: first, trial: TRIAL });
}

function deployment(workload: Workload): Deployment {
  return workload.objects.find(({ kind }) => kind === 'Deployment') as Deployment;
}

function container(workload: Workload): Container {
  const [first] = deployment(workload).spec?.template.spec?.containers ?? [];
  if (first === undefined) throw new Error('no container');
  return first;
}

function env(workload: Workload): Record<string, string | undefined> {
  return Object.fromEntries((container(workload).env ?? []).map(({ name, value }) => [name, value]));
}

test('every object carries the run, the trial, its manager and its expiry, in the namespace of the run', () => {
  for (const { metadata } of build({ sample: 'http' }).objects) {
    expect(metadata).toMatchObject({
      namespace: 'drainbench-run-1',
      labels: {
        'drainbench.dev/run': 'run-1',
        'drainbench.dev/trial': '012-sleep-5',
        'app.kubernetes.io/managed-by': 'drainbench',
      },
      annotations: { 'drainbench.dev/expires': '2030-01-02T03:04:05.000Z' },
    });
  }
});

test.each([
  [[{ via: 'clusterIP' }, { via: 'headless' }], 'ClusterIP'],
  [[{ via: 'clusterIP' }, { via: 'nodePort' }], 'NodePort'],
])('no port is opened on the nodes unless a load goes by it: %j', (ways, type) => {
  const scenario = scenarioOf({ sample: 'http' }, {});
  const [load] = scenario.spec.loads;
  const [strategy] = scenario.spec.strategies;
  if (load === undefined || strategy === undefined) throw new Error('one of each is there');
  const loads = ways.map(({ via }, index) => ({ ...load, name: `l${index}`, from: 'inside', via }) as typeof load); // prettier-ignore
  const inside = { ...scenario, spec: { ...scenario.spec, loads } };
  const { objects, serviceName } = buildManifests({ scenario: inside, strategy, trial: TRIAL });
  const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata?.name === serviceName);
  expect((service as Service).spec?.type).toBe(type);
  expect('externalTrafficPolicy' in ((service as Service).spec ?? {})).toBe(type === 'NodePort');
});

test('the Service is a NodePort on every node, without affinity, and selects the Pods of this trial only', () => {
  const workload = build({ sample: 'http' });
  const service = workload.objects.find(({ kind }) => kind === 'Service') as Service;
  expect(service.metadata?.name).toBe(workload.serviceName);
  expect(workload.serviceName).toMatch(/^[a-z][a-z0-9-]{0,62}$/);
  expect(service.spec).toMatchObject({
    type: 'NodePort',
    externalTrafficPolicy: 'Cluster',
    sessionAffinity: 'None',
    ports: [{ targetPort: 8080 }],
  });
  const selected = Object.entries(service.spec?.selector ?? {});
  expect(selected.map((pair) => pair.join('=')).join()).toBe(workload.selector);
  const template = deployment(workload).spec?.template;
  expect(template?.metadata?.labels).toMatchObject(service.spec?.selector ?? {});
  expect(deployment(workload).spec?.selector.matchLabels).toEqual(service.spec?.selector);
});

test('the sample app runs without rights, spread over the nodes, knowing its own name', () => {
  const workload = build({ sample: 'http', replicas: 4 });
  expect(workload).toMatchObject({ replicas: 4, target: { kind: 'Deployment', name: 't012-sleep-5' } });
  expect(deployment(workload).spec).toMatchObject({
    replicas: 4,
    revisionHistoryLimit: 1,
    template: {
      spec: {
        automountServiceAccountToken: false,
        topologySpreadConstraints: [
          { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
        ],
      },
    },
  });
  expect(container(workload)).toMatchObject({
    image: 'drainbench.dev/apps/http:dev',
    imagePullPolicy: 'IfNotPresent',
    readinessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 1 },
    securityContext: { runAsNonRoot: true, runAsUser: 65532, readOnlyRootFilesystem: true },
  });
  const fields = container(workload).env?.map(({ name, valueFrom }) => [
    name,
    valueFrom?.fieldRef?.fieldPath,
  ]);
  expect(fields).toEqual(
    expect.arrayContaining([
      ['POD_NAME', 'metadata.name'],
      ['POD_UID', 'metadata.uid'],
      ['NODE_NAME', 'spec.nodeName'],
    ]),
  );
});

test.each([
  ['none', 'none', undefined],
  ['a native sleep', { sleepSeconds: 5 }, { preStop: { sleep: { seconds: 5 } } }],
  ['a sleep of nothing, which older API servers refuse', { sleepSeconds: 0 }, undefined],
  ['a command', { exec: ['sleep', '5'] }, { preStop: { exec: { command: ['sleep', '5'] } } }],
  [
    'an HTTP request to the app port',
    { httpGet: { path: '/prestop' } },
    { preStop: { httpGet: { path: '/prestop', port: 8080 } } },
  ],
  [
    'an HTTP request to another port',
    { httpGet: { path: '/p', port: 9000 } },
    { preStop: { httpGet: { path: '/p', port: 9000 } } },
  ],
])('preStop %s becomes the container lifecycle', (_what, preStop, expected) => {
  const workload = build({ sample: 'http' }, { preStop, terminationGracePeriodSeconds: 12 });
  expect(container(workload).lifecycle).toEqual(expected);
  expect(deployment(workload).spec?.template.spec?.terminationGracePeriodSeconds).toBe(12);
});

test('the shutdown mode reaches the app by environment, and `shell` by the command as well', () => {
  const drain = build({ sample: 'http' }, { shutdown: { mode: 'drain', drainSeconds: 7 } });
  expect(env(drain)).toMatchObject({ SHUTDOWN_MODE: 'drain', DRAIN_SECONDS: '7' });
  expect(container(drain).command).toEqual(['node', '/app/server.js']);
  const shell = build({ sample: 'http' }, { shutdown: { mode: 'shell' } });
  expect(env(shell)).toMatchObject({ SHUTDOWN_MODE: 'shell' });
  expect(container(shell).command).toEqual(['sh', '-c', 'node /app/server.js; true']);
  const slow = build(
    { sample: 'http' },
    { shutdown: { mode: 'slow-drain' }, terminationGracePeriodSeconds: 8 },
  );
  expect(Number(env(slow)['DRAIN_SECONDS'])).toBeGreaterThan(8);
});

test('environment: the strategy beats the app, the app beats the defaults, and no name comes twice', () => {
  const workload = build(
    {
      sample: 'http',
      latencyMs: { min: 5, max: 9 },
      keepAlive: false,
      env: { A: 'app', PORT: '8080', B: 'app' },
    },
    { env: { B: 'strategy', LATENCY_MS: '500' } },
  );
  expect(env(workload)).toMatchObject({ A: 'app', B: 'strategy', LATENCY_MS: '500', KEEP_ALIVE: 'false' });
  const names = container(workload).env?.map(({ name }) => name) ?? [];
  expect(new Set(names).size).toBe(names.length);
  expect(env(build({ sample: 'http', latencyMs: { min: 5, max: 9 } }))['LATENCY_MS']).toBe('5-9');
});

test('a strategy can replace the readiness probe, or take it away', () => {
  const slower = build(
    { sample: 'http' },
    { readinessProbe: { path: '/ready', periodSeconds: 10, port: 81 } },
  );
  expect(container(slower).readinessProbe).toMatchObject({
    httpGet: { path: '/ready', port: 81 },
    periodSeconds: 10,
  });
  expect(container(build({ sample: 'http' }, { readinessProbe: 'none' })).readinessProbe).toBeUndefined();
});

test("an image of the user's runs as it is: its own command, user and probe", () => {
  const workload = build({
    image: 'shop:1',
    port: 3000,
    command: ['serve'],
    readinessProbe: { path: '/up' },
    env: { A: '1' },
  });
  expect(container(workload)).toMatchObject({
    image: 'shop:1',
    command: ['serve'],
    imagePullPolicy: 'IfNotPresent',
    readinessProbe: { httpGet: { path: '/up', port: 3000 } },
  });
  expect(container(workload).securityContext).toBeUndefined();
  expect(env(workload)).not.toHaveProperty('SHUTDOWN_MODE');
  expect(container(build({ image: 'a', port: 1, readinessProbe: 'none' })).readinessProbe).toBeUndefined();
});

test('the same input gives the same objects', () => {
  expect(build({ sample: 'http' })).toEqual(build({ sample: 'http' }));
});
