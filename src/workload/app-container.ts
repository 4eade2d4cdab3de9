import type { Container } from './kube-object.ts';
import { namedGraceSeconds, type App, type Strategy } from '../model/scenario.ts';
import { probeField } from './strategy-container.ts';

/** The sample app's image. It is put on every node beforehand; no registry has it. */
export const SAMPLE_APP_IMAGE = 'drainbench.dev/apps/http:dev';

/** Where it listens, unless it is told another port. */
export const SAMPLE_APP_PORT = 8080;

/** Beyond the grace period by this, so that a slow drain is still under way when SIGKILL comes. */
const SLOW_DRAIN_EXTRA_SECONDS = 10;

type SampleApp = Extract<App, { sample: string }>;
type ImageApp = Extract<App, { image: string }>;

/** The container of the sample app, told by environment variables what to do (see scenarios/apps/http/README.md). */
export function sampleAppContainer(app: SampleApp, strategy: Strategy, port: number): Container {
  const mode = strategy.shutdown?.mode ?? 'graceful';
  const probe = { path: '/readyz', periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 1 };
  return {
    name: 'app',
    image: SAMPLE_APP_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    // `; true` keeps the shell from replacing itself by node, so that it stays process 1 and swallows the signal.
    command: mode === 'shell' ? ['sh', '-c', 'node /app/server.js; true'] : ['node', '/app/server.js'],
    ports: [{ name: 'http', containerPort: port }],
    ...probeField(probe, port),
    ...TINY_RESOURCES,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    env: Object.entries({ ...sampleAppEnv(app, strategy, mode, port), ...app.env }).map(([name, value]) => ({
      name,
      value,
    })),
  };
}

/** The container of an app that the user names by its image. */
export function imageAppContainer(app: ImageApp): Container {
  return {
    name: 'app',
    image: app.image,
    imagePullPolicy: 'IfNotPresent',
    ...(app.command && { command: app.command }),
    ports: [{ name: 'http', containerPort: app.port }],
    ...(app.readinessProbe !== 'none' && probeField(app.readinessProbe, app.port)),
    ...TINY_RESOURCES,
    env: Object.entries(app.env ?? {}).map(([name, value]) => ({ name, value })),
  };
}

/**
 * Requests only: a CPU limit would throttle the app and be taken for a slow shutdown. The request is also the app's
 * share of a busy machine's CPUs (cgroup weight): with 10m, closing a listener was seen to take 50 ms.
 */
const TINY_RESOURCES: Pick<Container, 'resources'> = {
  resources: { requests: { cpu: '50m', memory: '48Mi' } },
};

function sampleAppEnv(
  app: SampleApp,
  strategy: Strategy,
  mode: string,
  port: number,
): Record<string, string> {
  const latency =
    typeof app.latencyMs === 'number' ? `${app.latencyMs}` : `${app.latencyMs.min}-${app.latencyMs.max}`;
  const drainSeconds =
    mode === 'slow-drain'
      ? namedGraceSeconds(strategy) + SLOW_DRAIN_EXTRA_SECONDS
      : (strategy.shutdown?.drainSeconds ?? 0);
  return {
    PORT: String(port),
    SHUTDOWN_MODE: mode,
    DRAIN_SECONDS: String(drainSeconds),
    LATENCY_MS: latency,
    KEEP_ALIVE: String(app.keepAlive),
  };
}
