import { describe, expect, it } from 'vitest';

import type { Cluster } from '../../../src/cluster/cluster.ts';
import { loadPods } from '../../../src/workload/load-pods.ts';
import { wantsNodeAgents } from '../../../src/inside/node-agents.ts';
import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import { buildManifests } from '../../../src/workload/build-manifests.ts';
import { buildNodeAgents } from '../../../src/workload/build-node-agents.ts';
import type { Service } from '../../../src/workload/kube-object.ts';
import { edited } from '../scenario/minimal-scenario.ts';

const context = { runId: 'r1', namespace: 'ns', expiresAt: new Date(0), image: 'drainbench.dev/node:1' };
const trial = { ...context, trialId: '1' };

function scenarioWith(load: string) {
  return parseScenario(
    edited({ 'connections: fresh': `connections: fresh\n      ${load.replaceAll(', ', '\n      ')}` }),
    's',
  );
}

describe('what a run has of its own inside of a cluster', () => {
  it('is one Pod a node for its loads, however many they are, and none where they run here', () => {
    expect(loadPods(scenarioWith('from: host'), context)).toEqual([]);
    const [pod, ...others] = loadPods(scenarioWith('from: inside, node: n.1'), context);
    expect(others).toEqual([]);
    expect(pod?.metadata?.name).toBe('load-r1-n.1');
    expect(JSON.stringify(pod?.spec?.affinity)).toContain('"values":["n.1"]');
  });

  it('is selected by none of the trial’s Services, and has an owner and an expiry', () => {
    const scenario = scenarioWith('from: inside, via: headless');
    const [strategy] = scenario.spec.strategies;
    if (strategy === undefined) throw new Error('no strategy');
    const services = buildManifests({ scenario, strategy, trial }).objects.filter(
      ({ kind }) => kind === 'Service',
    ) as Service[];
    expect(services.map(({ spec }) => spec?.clusterIP)).toEqual(['None', undefined]);
    const [pod] = loadPods(scenario, context);
    const agents = buildNodeAgents(context).spec?.template.metadata?.labels;
    for (const labels of [pod?.metadata?.labels, agents]) {
      for (const { spec } of services) {
        const selected = Object.entries(spec?.selector ?? {}).every(
          ([key, value]) => labels?.[key] === value,
        );
        expect(selected).toBe(false);
      }
      expect(labels).toMatchObject({
        'drainbench.dev/run': 'r1',
        'app.kubernetes.io/managed-by': 'drainbench',
      });
    }
    expect(pod?.metadata?.annotations).toEqual({
      'drainbench.dev/expires': '1970-01-01T00:00:00.000Z',
      'drainbench.dev/made-as': 'Pod/ns/load-r1',
    });
  });

  it('asks for its share of the node, and a load for no right at all', () => {
    const [pod] = loadPods(scenarioWith('from: inside'), context);
    expect(pod?.spec?.automountServiceAccountToken).toBe(false);
    expect(pod?.spec?.containers[0]).toMatchObject({
      resources: { requests: { cpu: '500m', memory: '128Mi' } },
      securityContext: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
    });
  });
});

describe('agents on the nodes', () => {
  it('have the run in the name of their DaemonSet, for other runs may be in the same namespace', () => {
    const { metadata, spec } = buildNodeAgents({ ...context, runId: '20261128t075018z-a1b2c3' });
    expect(metadata?.name).toBe('agent-a1b2c3');
    expect(spec?.template.spec?.containers[0]?.name).toBe('agent');
  });

  const clusterOf = (driver: Cluster['driver'], onNode: Cluster['sources']['onNode']) =>
    ({ driver, sources: { onNode } }) as Cluster;
  const direct: Cluster['sources']['onNode'] = (_node, command) => command as [string, ...string[]];

  it.each([
    ['kind', null, 'auto', true],
    ['kind', direct, 'auto', false],
    ['embedded', direct, 'auto', false],
    ['existing', null, 'auto', false],
    ['existing', null, 'always', true],
    ['embedded', direct, 'always', true],
    ['kind', null, 'never', false],
  ] as const)('%s, looked into by %s, %s: %s', (driver, onNode, setting, expected) => {
    expect(wantsNodeAgents(clusterOf(driver, onNode), setting)).toBe(expected);
  });
});
