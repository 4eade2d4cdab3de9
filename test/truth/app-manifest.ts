import type { Container, Deployment, Probe } from '../../src/workload/kube-object.ts';
import { CONTROL_PORT } from './command-server.ts';
import type { ScriptedApp } from './fault.ts';

/** The scripted servers' image, made from app/. */
export const SCRIPTED_IMAGE = 'drainbench.dev/apps/scripted:truth';

/** The container that the strategy is put on: the server's. */
export const SERVER = 'app';
const BEHIND_PORT = 9080;
const STARTS = { name: 'starts', mountPath: '/starts' };

/** The Deployment of a scripted app, as a user would hand it over. */
export function appManifest(name: string, app: ScriptedApp): Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: app.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labels },
            },
          ],
          containers: [
            ...(app.companion === true ? [companion] : []),
            ...(app.proxy === undefined ? [] : [proxy(app.proxy)]),
            server(app),
          ],
          ...(app.countsStarts === true && { volumes: [{ name: STARTS.name, emptyDir: {} }] }),
        },
      },
    },
  };
}

/** A server that is blocked on purpose stays Ready; one that says that it is not is out after a second. */
const readinessProbe: Probe = {
  httpGet: { path: '/readyz', port: CONTROL_PORT },
  periodSeconds: 1,
  failureThreshold: 1,
  timeoutSeconds: 15,
};

function server(app: ScriptedApp): Container {
  const env = { ...app.env, ...(app.proxy !== undefined && { PORT: `${BEHIND_PORT}` }) };
  return {
    name: SERVER,
    image: SCRIPTED_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    env: listed(env),
    // Behind a proxy it is the proxy that declares the port.
    ...(app.proxy === undefined && { ports: [{ name: 'http', containerPort: 8080 }] }),
    resources: { requests: { cpu: '50m', memory: '48Mi' } },
    readinessProbe,
    ...(app.execProbe !== undefined && {
      livenessProbe: {
        exec: { command: [...app.execProbe] },
        periodSeconds: 2,
        timeoutSeconds: 20,
        failureThreshold: 60,
      },
    }),
    ...(app.countsStarts === true && { volumeMounts: [STARTS] }),
  };
}

function proxy(env: Readonly<Record<string, string>>): Container {
  return {
    name: 'proxy',
    image: SCRIPTED_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '/app/proxy.js'],
    ports: [{ name: 'http', containerPort: 8080 }],
    env: listed(env),
    resources: { requests: { cpu: '50m', memory: '48Mi' } },
  };
}

const companion: Container = {
  name: 'log',
  image: SCRIPTED_IMAGE,
  imagePullPolicy: 'IfNotPresent',
  command: ['node', '/app/companion.js'],
  resources: { requests: { cpu: '20m', memory: '32Mi' } },
};

function listed(env: Readonly<Record<string, string>>): { readonly name: string; readonly value: string }[] {
  return Object.entries(env).map(([name, value]) => ({ name, value }));
}
