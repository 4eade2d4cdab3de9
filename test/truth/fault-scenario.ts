import { scenarioSchema, type Scenario } from '../../src/model/scenario.ts';
import type { Fault } from './fault.ts';

/** The scripted servers' image, made from app/. */
export const SCRIPTED_IMAGE = 'drainbench.dev/apps/scripted:truth';

const CONTROL_PORT = 8081;

/** The scenario that a fault is played in: one strategy, and no disruption of the tool's own. */
export function faultScenario(fault: Fault, proxyMode: 'nftables' | 'iptables'): Scenario {
  const { name, app, loads, does } = fault;
  return scenarioSchema.parse({
    apiVersion: 'drainbench.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name, question: `Is the cause known when ${does}?` },
    spec: {
      cluster: { driver: 'embedded', nodes: 2, proxyMode },
      app: appOf(app),
      loads,
      disruptions: [{ type: fault.noPodGoes === true ? 'none' : 'delete' }],
      strategies: [{ name, terminationGracePeriodSeconds: app.graceSeconds ?? 5 }],
      blocks: 1,
      timing: {
        settleMs: 300,
        baselineMs: fault.baselineMs ?? 800,
        tailMs: 300,
        recoverTimeoutMs: 30_000,
      },
    },
  });
}

function appOf(app: Fault['app']): object {
  if ('manifest' in app) {
    const { workload: name, container } = app;
    const manifest = new URL(`app/${app.manifest}`, import.meta.url).pathname;
    return { manifest, workload: { kind: 'Deployment', name }, container, port: 8080 };
  }
  return {
    image: SCRIPTED_IMAGE,
    port: 8080,
    replicas: app.replicas,
    env: app.env,
    // A server that is blocked on purpose stays Ready.
    readinessProbe: { path: '/readyz', port: CONTROL_PORT, failureThreshold: 30 },
  };
}
