import { describe, expect, it, test } from 'vitest';

import { RULES } from '../../../src/check/rules.ts';
import type { ImageContents } from '../../../src/image/image-contents.ts';
import { autoscaler, budget, check, CONTAINER, deployment, image, SERVICE } from './check-objects.ts';

type Objects = Parameters<typeof check>[0];
interface Case {
  readonly rule: string;
  readonly says: 'warning' | 'question';
  readonly when: string;
  readonly objects: Objects;
  readonly but: string;
  readonly nearMiss: Objects;
  /** For both. */
  readonly images?: readonly ImageContents[];
  /** For the near miss, where it is the image that differs. */
  readonly otherImages?: readonly ImageContents[];
}

const selector = { matchLabels: { app: 'web' } };
const hook = (preStop: object, pod: object = {}) => [
  deployment({ container: { lifecycle: { preStop } }, pod: { containers: [{ ...CONTAINER, lifecycle: { preStop } }], ...pod } }), // prettier-ignore
];
const bare = { ...CONTAINER, lifecycle: undefined };
const runs = (...command: readonly string[]) => [deployment({ container: { command } })];
const proxy = { name: 'proxy', image: 'envoyproxy/envoy:v1', ports: [{ containerPort: 8080 }] };
const inner = { ...CONTAINER, ports: [{ containerPort: 3000 }] };
const silent = { name: 'app', image: 'web:1', ports: [{ containerPort: 3000 }] };

const CASES: readonly Case[] = [
  {
    rule: 'sleep-exceeds-grace',
    says: 'warning',
    when: 'a native sleep is as long as the grace period',
    objects: hook({ sleep: { seconds: 30 } }),
    but: 'it is a second shorter',
    nearMiss: hook({ sleep: { seconds: 29 } }),
  },
  {
    rule: 'sleep-exceeds-grace',
    says: 'warning',
    when: 'a command is one sleep that is longer',
    objects: hook({ exec: { command: ['sh', '-c', 'sleep 1m'] } }),
    but: 'the Pod has a longer grace period',
    nearMiss: hook({ exec: { command: ['sh', '-c', 'sleep 1m'] } }, { terminationGracePeriodSeconds: 90 }),
  },
  {
    rule: 'sleep-exceeds-grace',
    says: 'question',
    when: 'a script has a longer sleep, which it may not come to',
    objects: hook({ exec: { command: ['sh', '-c', 'drain || sleep 60'] } }),
    but: 'its sleep is shorter',
    nearMiss: hook({ exec: { command: ['sh', '-c', 'drain || sleep 6'] } }),
  },
  {
    rule: 'little-grace-left',
    says: 'question',
    when: 'the hook leaves 9 s',
    objects: hook({ sleep: { seconds: 21 } }),
    but: 'it leaves 10 s',
    nearMiss: hook({ sleep: { seconds: 20 } }),
  },
  {
    rule: 'no-grace',
    says: 'warning',
    when: 'the grace period is 0',
    objects: [deployment({ pod: { terminationGracePeriodSeconds: 0 } })],
    but: 'it is 1 s',
    nearMiss: [deployment({ pod: { terminationGracePeriodSeconds: 1 } })],
  },
  {
    rule: 'no-prestop',
    says: 'question',
    when: 'the container that serves has no hook',
    objects: [deployment({ container: { lifecycle: undefined } })],
    but: 'it has one',
    nearMiss: [deployment()],
  },
  {
    rule: 'prestop-program-missing',
    says: 'warning',
    when: 'the image has no such program',
    objects: hook({ exec: { command: ['sleep', '5'] } }),
    images: [image(['/app'])],
    but: 'it has it where its PATH leads',
    nearMiss: hook({ exec: { command: ['sleep', '5'] } }),
    otherImages: [image(['/app', '/opt/sleep'], { env: ['PATH=/opt'] })],
  },
  {
    rule: 'prestop-program-missing',
    says: 'warning',
    when: 'the shell is there, and the sleep of its script is not',
    objects: hook({ exec: { command: ['/bin/sh', '-c', 'sleep 5'] } }),
    images: [image(['/bin/sh'])],
    but: 'the shell is one of BusyBox',
    nearMiss: hook({ exec: { command: ['/bin/sh', '-c', 'sleep 5'] } }),
    otherImages: [
      image([], {
        files: new Map([
          ['/bin', { kind: 'folder' }],
          ['/bin/sh', { kind: 'link', target: 'busybox' }],
          ['/bin/busybox', { kind: 'file', executable: true }],
        ]),
      }),
    ],
  },
  {
    rule: 'prestop-program-missing',
    says: 'question',
    when: 'a volume may bring the program',
    objects: [
      deployment({
        container: {
          lifecycle: { preStop: { exec: { command: ['/tools/wait'] } } },
          volumeMounts: [{ name: 'tools', mountPath: '/tools' }],
        },
      }),
    ],
    images: [image(['/app'])],
    but: 'the image has it there',
    nearMiss: hook({ exec: { command: ['/tools/wait'] } }),
    otherImages: [
      image([], {
        files: new Map([
          ['/tools', { kind: 'folder' }],
          ['/tools/wait', { kind: 'file', executable: true }],
        ]),
      }),
    ],
  },
  {
    rule: 'shell-is-process-1',
    says: 'warning',
    when: 'a shell waits for a pipe',
    objects: runs('sh', '-c', 'node server.js | tee log'),
    but: 'the sign is in quotes, and the app takes the place of the shell',
    nearMiss: runs('sh', '-c', "exec node server.js '| tee log'"),
  },
  {
    rule: 'shell-is-process-1',
    says: 'question',
    when: 'a shell may replace itself by its only command',
    objects: runs('/bin/bash', '-lc', 'node server.js'),
    but: 'there is no shell',
    nearMiss: runs('node', 'server.js'),
  },
  {
    rule: 'shell-is-process-1',
    says: 'question',
    when: 'the image begins with a shell and nothing else tells',
    objects: [deployment()],
    images: [image(['/bin/sh'], { entrypoint: [], command: ['/bin/sh', '-c', 'node server.js'] })],
    but: 'the Pod names a command of its own',
    nearMiss: runs('node', 'server.js'),
  },
  {
    rule: 'stop-signal-abrupt',
    says: 'warning',
    when: 'an image of nginx names no stop signal',
    objects: [deployment()],
    images: [image(['/usr/sbin/nginx'], { entrypoint: ['/usr/sbin/nginx'] })],
    but: 'it names SIGQUIT',
    nearMiss: [deployment()],
    otherImages: [image(['/usr/sbin/nginx'], { entrypoint: ['/usr/sbin/nginx'], stopSignal: 'SIGQUIT' })],
  },
  {
    rule: 'stop-signal-abrupt',
    says: 'question',
    when: 'a hook may make nginx finish before',
    objects: hook({ exec: { command: ['nginx', '-s', 'quit'] } }),
    images: [image(['/usr/sbin/nginx'], { entrypoint: ['/usr/sbin/nginx'] })],
    but: 'the Pod itself asks for SIGQUIT',
    nearMiss: [
      deployment({ container: { lifecycle: { stopSignal: 'SIGQUIT', preStop: { sleep: { seconds: 5 } } } } }),
    ],
  },
  {
    rule: 'stop-signal-unusual',
    says: 'question',
    when: 'the image of an unknown program asks for SIGUSR1',
    objects: [deployment()],
    images: [image(['/app'], { stopSignal: 'USR1' })],
    but: 'it asks for SIGTERM by its number',
    nearMiss: [deployment()],
    otherImages: [image(['/app'], { stopSignal: '15' })],
  },
  {
    rule: 'no-readiness-probe',
    says: 'warning',
    when: 'no container has a readiness probe',
    objects: [deployment({ container: { readinessProbe: undefined } })],
    but: 'a startup probe keeps it from being Ready too early',
    nearMiss: [
      deployment({ container: { readinessProbe: undefined, startupProbe: { tcpSocket: { port: 8080 } } } }),
    ],
  },
  {
    rule: 'no-readiness-probe',
    says: 'question',
    when: 'the probe of another container may ask this one',
    objects: [deployment({ pod: { containers: [proxy, inner] } }), SERVICE],
    but: 'the one that serves has its own',
    nearMiss: [
      deployment({
        pod: { containers: [{ ...proxy, readinessProbe: CONTAINER['readinessProbe'] }, silent] },
      }),
      SERVICE,
    ],
  },
  {
    rule: 'readiness-slower-than-grace',
    says: 'question',
    when: 'a failing probe needs longer than the grace period',
    objects: [
      deployment({ container: { readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 11 } } }),
    ],
    but: 'it needs just as long',
    nearMiss: [deployment({ container: { readinessProbe: { tcpSocket: { port: 8080 } } } })],
  },
  {
    rule: 'single-replica',
    says: 'warning',
    when: 'a Service sends to one Pod',
    objects: [deployment({ spec: { replicas: undefined } }), SERVICE],
    but: 'there are two',
    nearMiss: [deployment({ spec: { replicas: 2 } }), SERVICE],
  },
  {
    rule: 'single-replica',
    says: 'question',
    when: 'an autoscaler may go down to one',
    objects: [deployment({ spec: { replicas: undefined } }), SERVICE, autoscaler(1, 5)],
    but: 'it keeps two',
    nearMiss: [deployment({ spec: { replicas: undefined } }), SERVICE, autoscaler(2, 5)],
  },
  {
    rule: 'budget-blocks',
    says: 'warning',
    when: 'all Pods must be available, by a share that is rounded up',
    objects: [deployment(), budget({ minAvailable: '67%', selector })],
    but: 'one may be missing',
    nearMiss: [deployment(), budget({ minAvailable: '66%', selector })],
  },
  {
    rule: 'budget-blocks',
    says: 'warning',
    when: 'none may be missing',
    objects: [deployment(), budget({ maxUnavailable: '0%', selector })],
    but: 'a share above 0 is one Pod at least',
    nearMiss: [deployment(), budget({ maxUnavailable: '1%', selector })],
  },
  {
    rule: 'budget-blocks',
    says: 'question',
    when: 'the fewest Pods of an autoscaler are all wanted',
    objects: [deployment(), autoscaler(2, 5), budget({ minAvailable: 2, selector })],
    but: 'it keeps more',
    nearMiss: [deployment(), autoscaler(3, 5), budget({ minAvailable: 2, selector })],
  },
  {
    rule: 'budget-selects-nothing',
    says: 'warning',
    when: 'it has no selector',
    objects: [deployment(), budget({ minAvailable: 1 })],
    but: 'an empty selector takes all',
    nearMiss: [deployment(), budget({ minAvailable: 1, selector: {} })],
  },
  {
    rule: 'budget-selects-nothing',
    says: 'question',
    when: 'its labels are those of no Pod here',
    objects: [deployment(), budget({ minAvailable: 1, selector: { matchLabels: { app: 'wed' } } })],
    but: 'one label of several Pods fits',
    nearMiss: [
      deployment(),
      budget({
        minAvailable: 1,
        selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'wed'] }] },
      }),
    ],
  },
  {
    rule: 'two-budgets',
    says: 'warning',
    when: 'both select the same Pods',
    objects: [
      deployment(),
      budget({ minAvailable: 1, selector }),
      budget({ minAvailable: 1, selector: {} }, 'all'),
    ],
    but: 'the second selects others',
    nearMiss: [
      deployment(),
      budget({ minAvailable: 1, selector }),
      budget({ minAvailable: 1, selector: { matchLabels: { app: 'db' } } }, 'db'),
    ],
  },
  {
    rule: 'rollout-takes-all',
    says: 'warning',
    when: 'maxUnavailable is as large as the number of replicas',
    objects: [deployment({ spec: { strategy: { rollingUpdate: { maxUnavailable: 3 } } } })],
    but: 'a share is rounded down to one Pod less',
    nearMiss: [deployment({ spec: { strategy: { rollingUpdate: { maxUnavailable: '99%' } } } })],
  },
  {
    rule: 'rollout-takes-all',
    says: 'warning',
    when: 'the strategy is Recreate',
    objects: [deployment({ spec: { strategy: { type: 'Recreate' } } })],
    but: 'it is the default',
    nearMiss: [deployment({ spec: { strategy: { type: 'RollingUpdate' } } })],
  },
  {
    rule: 'rollout-waits-for-room',
    says: 'question',
    when: 'no Pod may be missing, and none may be beside another',
    objects: [deployment({ pod: { affinity: apart('app') } })],
    but: 'one may be missing',
    nearMiss: [deployment({ spec: { replicas: 4 }, pod: { affinity: apart('app') } })],
  },
  {
    rule: 'rollout-waits-for-delete',
    says: 'question',
    when: 'a StatefulSet updates on delete',
    objects: [{ ...deployment({ spec: { updateStrategy: { type: 'OnDelete' } } }), kind: 'StatefulSet' }],
    but: 'it updates by itself',
    nearMiss: [
      { ...deployment({ spec: { updateStrategy: { type: 'RollingUpdate' } } }), kind: 'StatefulSet' },
    ],
  },
  {
    rule: 'hook-on-other-container',
    says: 'warning',
    when: 'a proxy has the port of the Service, and the app the hook',
    objects: [deployment({ pod: { containers: [proxy, inner] } }), SERVICE],
    but: 'the proxy is a native sidecar, which is stopped last',
    nearMiss: [
      deployment({ pod: { initContainers: [{ ...proxy, restartPolicy: 'Always' }], containers: [inner] } }),
      SERVICE,
    ],
  },
  {
    rule: 'hook-on-other-container',
    says: 'question',
    when: 'ports alone say who serves',
    objects: [deployment({ pod: { containers: [proxy, { ...CONTAINER, ports: [] }] } })],
    but: 'the proxy has a hook of its own',
    nearMiss: [
      deployment({
        pod: {
          containers: [
            { ...proxy, lifecycle: CONTAINER['lifecycle'] },
            { ...CONTAINER, ports: [] },
          ],
        },
      }),
    ],
  },
  {
    rule: 'proxy-beside-app',
    says: 'question',
    when: 'an Envoy is an ordinary container',
    objects: [deployment({ pod: { containers: [proxy, inner] } })],
    but: 'it is all that the Pod has',
    nearMiss: [deployment({ pod: { containers: [proxy] } })],
  },
  {
    rule: 'sidecar-outlives-app',
    says: 'question',
    when: 'a sidecar serves, and the app is told at once',
    objects: [
      deployment({ pod: { initContainers: [{ ...proxy, restartPolicy: 'Always' }], containers: [silent] } }),
      SERVICE,
    ],
    but: 'the app has a hook',
    nearMiss: [
      deployment({ pod: { initContainers: [{ ...proxy, restartPolicy: 'Always' }], containers: [inner] } }),
      SERVICE,
    ],
  },
  {
    rule: 'host-network',
    says: 'warning',
    when: 'Pods take a port of their node',
    objects: [deployment({ pod: { hostNetwork: true } })],
    but: 'they have a network of their own',
    nearMiss: [deployment({ pod: { hostNetwork: false } })],
  },
];

function apart(key: string): object {
  const labelSelector = { matchLabels: { [key]: 'web' } };
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector };
  return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
}

describe.each(CASES)('$rule, as a $says where $when', ({ rule, says, but, ...given }) => {
  it('fires', async () => {
    const found = await check(given.objects, given.images);
    expect(found.filter((each) => each.rule.id === rule).map(({ severity }) => severity)).toEqual([says]);
  });

  it(`is silent where ${but}`, async () => {
    const found = await check(given.nearMiss, given.otherImages ?? given.images);
    expect(found.filter((each) => each.rule.id === rule)).toEqual([]);
  });
});

test('every rule has a case, and an id of its own', () => {
  const ids = RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...new Set(CASES.map(({ rule }) => rule))].toSorted()).toEqual(ids.toSorted());
});

test('of a workload with all that is asked for there is nothing to say', async () => {
  expect(
    await check([deployment(), SERVICE, budget({ maxUnavailable: 1, selector })], [image(['/app'])]),
  ).toEqual([]);
});

test('an init container that ends has no say in how the Pod ends', async () => {
  const initContainers = [{ ...bare, name: 'migrate', command: ['sh', '-c', 'migrate | tee log'] }];
  expect(await check([deployment({ pod: { initContainers } }), SERVICE])).toEqual([]);
});

test('objects of another namespace are none of the workload', async () => {
  const other = { ...SERVICE, metadata: { name: 'web', namespace: 'b' } };
  const web = { ...deployment({ spec: { replicas: 1 } }), metadata: { name: 'web', namespace: 'a' } };
  expect((await check([web, other])).map(({ severity }) => severity)).toEqual(['question']);
});
