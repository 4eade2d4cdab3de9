import type { Container, EnvVar, Lifecycle, Probe } from './kube-object.ts';
import type { PreStop, Strategy } from '../model/scenario.ts';

/** What a strategy makes of a container: its hook, its environment, and its probe if the strategy has one. */
export function strategyContainer(container: Container, strategy: Strategy, port: number): Container {
  if (strategy.asIs === true) return container;
  const { lifecycle: own, ...rest } = container;
  const lifecycle: Lifecycle = { ...own };
  if (strategy.preStop !== 'own') {
    delete lifecycle.preStop;
    const hook = preStopHook(strategy.preStop, port);
    if (hook) lifecycle.preStop = hook;
  }
  return {
    ...rest,
    ...(Object.keys(lifecycle).length > 0 && { lifecycle }),
    ...probeField(strategy.readinessProbe, port),
    env: mergedEnv([...DOWNWARD_API, ...(container.env ?? [])], strategy.env ?? {}),
  };
}

type ProbeSpec = Exclude<Strategy['readinessProbe'], undefined>;

/** The container field for a readiness probe: an explicit undefined takes one away, absence leaves what is there. */
export function probeField(probe: ProbeSpec | undefined, port: number): { readinessProbe?: Probe } {
  if (probe === undefined) return {};
  // The generated type has no explicit undefined; the serializer leaves such fields out.
  if (probe === 'none') return { readinessProbe: undefined } as unknown as { readinessProbe?: Probe };
  return {
    readinessProbe: {
      httpGet: { path: probe.path, port: probe.port ?? port },
      periodSeconds: probe.periodSeconds,
      failureThreshold: probe.failureThreshold,
      timeoutSeconds: probe.timeoutSeconds,
    },
  };
}

/** A sleep of 0 s is no hook at all: API servers before 1.34 refuse it. */
function preStopHook(preStop: Exclude<PreStop, 'own'>, port: number): Lifecycle['preStop'] {
  if (preStop === 'none') return undefined;
  if ('sleepSeconds' in preStop) {
    return preStop.sleepSeconds === 0 ? undefined : { sleep: { seconds: preStop.sleepSeconds } };
  }
  if ('exec' in preStop) return { exec: { command: [...preStop.exec] } };
  return { httpGet: { path: preStop.httpGet.path, port: preStop.httpGet.port ?? port } };
}

/** Later names win, whoever set them first: a name twice would be legal and confusing. */
function mergedEnv(own: readonly EnvVar[], overrides: Readonly<Record<string, string>>): EnvVar[] {
  const byName = new Map(own.map((variable) => [variable.name, variable]));
  for (const [name, value] of Object.entries(overrides)) byName.set(name, { name, value });
  return [...byName.values()];
}

const DOWNWARD_API: readonly EnvVar[] = [
  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
  { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
];
