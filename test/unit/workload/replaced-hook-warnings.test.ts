import { describe, expect, it } from 'vitest';

import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import type { KubeObject } from '../../../src/workload/kube-object.ts';
import { replacedHookWarnings } from '../../../src/workload/replaced-hook-warnings.ts';
import { edited, scenario } from '../scenario/minimal-scenario.ts';

const messages = (preStop: string) =>
  replacedHookWarnings(scenario({ '{ sleepSeconds: 5 }': preStop }), [], 'app').map(({ message }) => message);

describe('the hooks that a tune replaces', () => {
  it.each([
    '{ sleepSeconds: 5 }',
    'none',
    "{ exec: [sleep, '5'] }",
    '{ exec: [/bin/sleep, 5s] }',
    '{ exec: [/bin/sh, -c, sleep 5] }',
  ])('are no loss where they only wait: %s', (preStop) => {
    expect(messages(preStop)).toEqual([]);
  });

  it.each([
    ['{ exec: [nginx, -s, quit] }', 'runs “nginx -s quit”'],
    ['{ exec: [sh, -c, touch /tmp/draining && sleep 5] }', 'runs “sh -c touch /tmp/draining && sleep 5”'],
    ['{ httpGet: { path: /drain } }', 'asks for /drain'],
  ])('are named where they do more: %s', (preStop, what) => {
    expect(messages(preStop)).toEqual([
      `the preStop of strategy sleep-5 ${what}: a tune puts a sleep in its place, which does not`,
    ]);
  });

  it('are those of the manifest, too, where a strategy keeps them', () => {
    const app = '{ manifest: app.yaml, workload: { kind: Deployment, name: web }, port: 8081 }';
    const own = (strategies: string) =>
      parseScenario(
        edited({ '{ sample: http }': app, '    - name: none\n': strategies }),
        'a.yaml',
        () => [],
      );
    const preStop = { exec: { command: ['nginx', '-s', 'quit'] } };
    const containers = [{ name: 'main', lifecycle: { preStop } }];
    const manifest = [
      { kind: 'Deployment', metadata: { name: 'web' }, spec: { template: { spec: { containers } } } },
    ] as unknown as KubeObject[];
    const codes = (strategies: string) =>
      replacedHookWarnings(own(strategies), manifest, 'main').map(({ message }) => message);
    expect(codes('    - name: as-is\n      asIs: true\n')).toEqual([
      'the preStop of container main runs “nginx -s quit”: a tune puts a sleep in its place, which does not',
    ]);
    expect(codes('    - name: none\n      preStop: none\n')).toEqual([]);
  });
});
