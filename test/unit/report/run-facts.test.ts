import { describe, expect, it } from 'vitest';

import { loadSchema } from '../../../src/model/scenario.ts';
import { describeCluster } from '../../../src/report/describe-cluster.ts';
import { describeLoad } from '../../../src/report/describe-load.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';

const SPEC = loadSchema.parse({
  name: 'fresh',
  connections: 'fresh',
  ratePerSecond: 10,
  from: 'inside',
  via: 'clusterIP',
});

describe('the facts of a run', () => {
  it('say from where a load came, by which way, and how sure its clock was', async () => {
    const { trials } = await analyzeSynthetic(smallSyntheticRun());
    const inside = (clockUncertaintyNs: number | null) =>
      trials.slice(0, 1).map((trial) => ({
        ...trial,
        loads: trial.loads.map((load) => ({
          ...load,
          inside: {
            pod: 'p',
            node: 'node2',
            address: '198.18.1.9',
            via: 'clusterIP' as const,
            clockUncertaintyNs,
          },
        })),
      }));
    const start = 'fresh (native, fresh, 10/s, from inside on node2 via clusterIP, ';
    expect(describeLoad(SPEC, [...inside(200_000), ...inside(300_000)])).toBe(`${start}clock ± 0.3 ms)`);
    expect(describeLoad(SPEC, inside(0))).toBe(`${start}the harness’ own clock)`);
    expect(describeLoad(SPEC, inside(null))).toBe(`${start}clock not known of all trials)`);
    const outside = loadSchema.parse({ name: 'fresh', connections: 'fresh', ratePerSecond: 10 });
    expect(describeLoad(outside, trials)).toBe('fresh (native, fresh, 10/s, from this host)');
  });

  it('say which cluster it was and what could be seen there, where it was not ours', () => {
    const cluster = {
      driver: 'existing',
      kubernetesVersion: 'v1.37.0',
      proxyMode: 'iptables',
      nodes: [{ name: 'a', address: '198.18.0.2' }],
    };
    const capabilities = {
      watch: true,
      logs: true,
      nodes: false,
      audit: false,
      nodeAgent: true,
      nodePort: null,
    };
    const identity = { namespace: 'kube-system', uid: 'u-1' };
    expect(describeCluster({ ...cluster, context: 'prod', identity, capabilities }).slice(1)).toEqual([
      ['Context', 'prod'],
      ['Identity', 'namespace kube-system, UID u-1'],
      [
        'Seen there',
        'Pods, EndpointSlices and Events, container logs, the nodes from inside; not: Nodes, the audit log; not tried: NodePorts from this host',
      ],
    ]);
    expect(describeCluster(cluster).map(([name]) => name)).toEqual(['Cluster']);
  });
});
