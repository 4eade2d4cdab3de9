import { describe, expect, it } from 'vitest';

import { disruptionSchema, strategySchema } from '../../../src/model/scenario.ts';
import { checkManifest } from '../../../src/workload/check-manifest.ts';
import type { KubeObject } from '../../../src/workload/kube-object.ts';
import { scenario } from '../scenario/minimal-scenario.ts';

const object = (kind: string, name: string, spec: object): KubeObject =>
  ({ apiVersion: 'v1', kind, metadata: { name }, spec }) as KubeObject;
const WEB = object('Deployment', 'web', {
  replicas: 3,
  selector: { matchLabels: { app: 'web' } },
  template: { metadata: { labels: { app: 'web', tier: 'front' } }, spec: { containers: [] } },
});
const service = (spec: object) => object('Service', 'shop', { selector: { app: 'web' }, ...spec });
const budget = (spec: object) =>
  object('PodDisruptionBudget', 'limit', { selector: { matchLabels: { app: 'web' } }, ...spec });

const AS_IS = { name: 'as-is', asIs: true };

function found(
  objects: readonly KubeObject[],
  disruption: object = { type: 'delete' },
  strategy: object = AS_IS,
) {
  const { spec, ...rest } = scenario();
  const workload = { kind: 'Deployment', name: 'web' } as const;
  const app = { manifest: 'app.yaml', workload, port: 80 };
  const disruptions = [disruptionSchema.parse(disruption)];
  const strategies = [strategySchema.parse(strategy)];
  return checkManifest({ ...rest, spec: { ...spec, app, disruptions, strategies } }, [WEB, ...objects]);
}

it('is said where no strategy measures the manifest as it is', () => {
  expect(found([], undefined, { name: 'sleep' })).toMatchObject([{ code: 'as-is-not-measured' }]);
  expect(found([], undefined, AS_IS)).toEqual([]);
});

describe('a Service of the user’s own that selects the same Pods', () => {
  it('is said not to get the load, with each setting that is not measured thereby', () => {
    const [finding, ...more] = found([
      service({
        type: 'NodePort',
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Local',
        sessionAffinity: 'ClientIP',
      }),
    ]);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'own-service-without-load', severity: 'warning' });
    expect(finding?.message).toContain(
      'Service shop of the manifest selects the same Pods, and gets none of the load',
    );
    expect(finding?.message).toContain(
      '(externalTrafficPolicy Local, internalTrafficPolicy Local, sessionAffinity ClientIP) is not measured',
    );
  });

  it('is a note where it sends as ours does', () => {
    expect(found([service({})])).toMatchObject([{ severity: 'info' }]);
  });

  it('is not one that selects other Pods, or none', () => {
    expect(found([service({ selector: { app: 'web', tier: 'back' } }), service({ selector: {} })])).toEqual(
      [],
    );
  });
});

describe('an autoscaler', () => {
  const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 5 }; // prettier-ignore

  it('is named with its bounds, and waited for', () => {
    expect(found([object('HorizontalPodAutoscaler', 'scaler', spec)])).toMatchObject([
      { code: 'autoscaler', severity: 'info', message: expect.stringContaining('2 to 5 Pods') as string },
    ]);
  });

  it('of another kind is said not to be waited for', () => {
    expect(found([object('ScaledObject', 'events', { scaleTargetRef: { name: 'web' } })])).toMatchObject([
      { code: 'autoscaler-not-awaited', severity: 'warning' },
    ]);
  });

  it('of another workload is none of ours', () => {
    const other = { ...spec, scaleTargetRef: { ...spec.scaleTargetRef, name: 'worker' } };
    expect(found([object('HorizontalPodAutoscaler', 'scaler', other)])).toEqual([]);
  });
});

describe('a disruption budget', () => {
  const EVICT = { type: 'evict' };
  const codes = (spec: object, disruption: object = EVICT) =>
    found([budget(spec)], disruption).map(({ code }) => code);

  it('that never allows an eviction is said to, whichever way it says so', () => {
    for (const spec of [
      { maxUnavailable: 0 },
      { maxUnavailable: '0%' },
      { minAvailable: 3 },
      { minAvailable: '100%' },
    ])
      expect(codes(spec)).toEqual(['budget-allows-none']);
    for (const spec of [{ maxUnavailable: 1 }, { minAvailable: 2 }, { minAvailable: '50%' }])
      expect(codes(spec)).toEqual([]);
  });

  it('is no matter of deletions, which nobody asks it about', () => {
    expect(codes({ maxUnavailable: 0 }, { type: 'delete' })).toEqual([]);
  });

  it('beside one that the scenario makes is one too many', () => {
    expect(codes({ maxUnavailable: 1 }, { type: 'evict', maxUnavailable: 1 })).toEqual(['budget-twice']);
  });

  it('that selects none of the Pods protects nothing', () => {
    const selector = (expression: object) => ({ selector: { matchExpressions: [expression] } });
    const NONE = ['budget-selects-nothing'];
    expect(codes({ selector: { matchLabels: { app: 'wbe' } } })).toEqual(NONE);
    expect(codes(selector({ key: 'tier', operator: 'NotIn', values: ['front'] }))).toEqual(NONE);
    expect(codes(selector({ key: 'zone', operator: 'Exists' }))).toEqual(NONE);
    expect(codes(selector({ key: 'tier', operator: 'In', values: ['front', 'back'] }))).toEqual([]);
    expect(codes(selector({ key: 'zone', operator: 'DoesNotExist' }))).toEqual([]);
    expect(codes({ selector: {} })).toEqual([]);
  });
});

it('an app without a manifest has nothing of this', () => {
  expect(checkManifest(scenario(), [service({})])).toEqual([]);
});
