import { describe, expect, it } from 'vitest';

import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import type { KubeObject } from '../../../src/workload/kube-object.ts';
import { tunedWorkload } from '../../../src/workload/tuned-workload.ts';
import { edited, scenario } from '../scenario/minimal-scenario.ts';

const OWN = '{ manifest: app.yaml, workload: { kind: KIND, name: web }, container: main, port: 8081 }';
const ofManifest = (kind: string) =>
  parseScenario(edited({ '{ sample: http }': OWN.replace('KIND', kind) }), 'scenario.yaml', () => []);
const object = (kind: string, spec: object): KubeObject[] => [
  {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web' },
    spec: {
      selector: {},
      template: { spec: { containers: [{ name: 'proxy' }, { name: 'main' }] } },
      ...spec,
    },
  } as KubeObject,
];
const deployment = (spec: object) => tunedWorkload(ofManifest('Deployment'), object('Deployment', spec));

describe('what a tuned preStop is patched into', () => {
  it('is the sample app without a name, since nobody else has it', () => {
    expect(tunedWorkload(scenario(), [])).toEqual({
      ...{ kind: 'Deployment', name: null, container: 'app', port: 8080, graceSeconds: 30, replicas: 3 },
      ...{ atOnce: 1, waitsForEnd: false },
    });
  });

  it('is the workload of the manifest by its name, and the container that the scenario names', () => {
    expect(deployment({ replicas: 8 })).toEqual({
      ...{ kind: 'Deployment', name: 'web', container: 'main', port: 8081, graceSeconds: 30, replicas: 8 },
      ...{ atOnce: 2 + 2, waitsForEnd: false },
    });
  });

  it('rolls out as its own object says', () => {
    const rolling = (maxSurge: number | string, maxUnavailable: number | string) =>
      deployment({ replicas: 10, strategy: { rollingUpdate: { maxSurge, maxUnavailable } } }).atOnce;
    expect(rolling(3, 0)).toBe(3);
    expect(rolling('25%', '25%')).toBe(3 + 2);
    expect(rolling('100%', 0)).toBe(10);
    expect(deployment({ replicas: 10, strategy: { type: 'Recreate' } })).toMatchObject({
      ...{ atOnce: 10, waitsForEnd: true },
    });
    expect(tunedWorkload(ofManifest('StatefulSet'), object('StatefulSet', { replicas: 5 }))).toMatchObject({
      kind: 'StatefulSet',
      replicas: 5,
      atOnce: 1,
      waitsForEnd: true,
    });
  });
});
