import { describe, expect, it } from 'vitest';

import { disruptionSchema, type Scenario } from '../../../src/model/scenario.ts';
import type { KubeObject } from '../../../src/workload/kube-object.ts';
import { requirePossible } from '../../../src/workload/require-possible.ts';
import { scenario } from '../scenario/minimal-scenario.ts';

const container = (name: string, more: object = {}) => ({ name, image: 'x', ...more });
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        initContainers: [container('migrate'), container('mesh', { restartPolicy: 'Always' })],
        containers: [container('helper'), container('app')],
      },
    },
  },
};
const deployment = (spec: object): KubeObject => ({
  ...DEPLOYMENT,
  spec: { ...DEPLOYMENT.spec, ...spec },
}) as KubeObject; // prettier-ignore
const stateful = (spec: object): KubeObject => ({
  ...deployment({ serviceName: 'pods', ...spec }),
  kind: 'StatefulSet',
});
const AUTOSCALER = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'scaler' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 3,
    maxReplicas: 6,
  },
} as KubeObject;

function obstacle(disruption: object, objects: readonly KubeObject[] = [DEPLOYMENT]) {
  const { spec, ...rest } = scenario();
  const kind = objects.some((object) => object.kind === 'StatefulSet') ? 'StatefulSet' : 'Deployment';
  const measured: Scenario = {
    ...rest,
    spec: {
      ...spec,
      app: { manifest: 'app.yaml', workload: { kind, name: 'web' }, container: 'app', port: 80 },
      disruptions: [disruptionSchema.parse(disruption)],
    },
  };
  try {
    requirePossible(measured, objects);
    return null;
  } catch (error) {
    expect(error).toMatchObject({ code: 'disruption-cannot-happen', exitCode: 64 });
    return (error as Error).message;
  }
}

const ON_DELETE = { updateStrategy: { type: 'OnDelete' } };
const partition = (from: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: from } },
});

describe('what can never happen to a workload is refused before anything is created', () => {
  it.each<[object, KubeObject[], string]>([
    [
      { type: 'rollout-restart' },
      [stateful(ON_DELETE)],
      'updateStrategy OnDelete: a restart deletes nothing',
    ],
    [{ type: 'rollout-restart' }, [stateful(partition(3))], 'partition 3 keeps all of its 3 Pods'],
    [{ type: 'rollout-restart' }, [stateful({ ...partition(1), replicas: 1 })], 'keeps its 1 Pod'],
    [{ type: 'delete' }, [deployment({ paused: true })], 'it is paused'],
    [{ type: 'delete' }, [deployment({ replicas: 0 })], 'it has no Pods'],
    [{ type: 'delete-many', pods: 4 }, [deployment({})], 'it has 3 Pods, not 4'],
    [{ type: 'evict', pods: 2 }, [deployment({ replicas: undefined })], 'it has 1 Pod, not 2'],
    [{ type: 'scale-down', replicas: 3 }, [deployment({})], '3 left means that none goes'],
    [{ type: 'scale-down', replicas: 2 }, [deployment({}), AUTOSCALER], 'keeps at least 3 Pods'],
    [{ type: 'delete-many', pods: 7 }, [deployment({}), AUTOSCALER], 'it has 6 Pods, not 7'],
    [
      { type: 'kill-container', container: 'proxy' },
      [deployment({})],
      'no container proxy that goes on running',
    ],
    [{ type: 'kill-container', container: 'migrate' }, [deployment({})], 'no container migrate'],
  ])('%j', (disruption, objects, why) => {
    expect(obstacle(disruption, objects)).toContain(why);
  });

  it.each<[object, KubeObject[]]>([
    [{ type: 'delete' }, [stateful(ON_DELETE)]],
    [{ type: 'rollout-restart' }, [stateful(partition(2))]],
    [{ type: 'rollout-restart' }, [stateful({})]],
    [{ type: 'rollout-restart' }, [deployment({})]],
    [{ type: 'scale-down', replicas: 0 }, [deployment({})]],
    [{ type: 'scale-down', replicas: 3 }, [deployment({}), AUTOSCALER]],
    [{ type: 'delete-many', pods: 5 }, [deployment({}), AUTOSCALER]],
    [{ type: 'kill-container' }, [deployment({})]],
    [{ type: 'kill-container', container: 'mesh' }, [deployment({})]],
    [{ type: 'none' }, [deployment({ replicas: 0 })]],
  ])('and %j, which can, is not', (disruption, objects) => {
    expect(obstacle(disruption, objects)).toBeNull();
  });

  it('and a manifest without the workload that the scenario names is, too', () => {
    const { spec, ...rest } = scenario();
    const app = { manifest: 'app.yaml', workload: { kind: 'Deployment', name: 'shop' }, port: 80 } as const;
    const lacking = { ...rest, spec: { ...spec, app } };
    expect(() => requirePossible(lacking, [deployment({})])).toThrow(
      expect.objectContaining({ code: 'manifest-workload-missing', exitCode: 64 }) as Error,
    );
  });
});
