import type { Scenario, Strategy } from '../model/scenario.ts';
import type { Finding } from '../model/verdict.ts';
import type { Container, Deployment, KubeObject } from './kube-object.ts';

/**
 * What a manifest says against the container that the strategies are put on, before anything is created: that another
 * one declares the port that gets the load, and will be stopped at once whatever hook the first one has. A native
 * sidecar is not meant: it is stopped after the others.
 */
export function strategyContainerWarnings(
  { spec: { app, strategies } }: Scenario,
  manifest: readonly KubeObject[],
): readonly Finding[] {
  if (!('manifest' in app) || !strategies.some(setsHook)) return [];
  const target = manifest.find(
    ({ kind, metadata }) => kind === app.workload.kind && metadata?.name === app.workload.name,
  ) as Deployment | undefined;
  const containers = target?.spec?.template.spec?.containers ?? [];
  const own = containers.find(({ name }) => app.container === undefined || name === app.container);
  if (own === undefined || declares(own, app.port)) return [];
  const serving = containers.find((container) => declares(container, app.port));
  if (serving === undefined || serving.lifecycle?.preStop !== undefined) return [];
  return [
    {
      code: 'strategy-on-other-container',
      severity: 'warning',
      message: `the preStop of the strategies is put on container “${own.name}”, but “${serving.name}” declares port ${app.port}, which gets the load, and has none: it is stopped at once (spec.app.container chooses another)`,
    },
  ];
}

function setsHook({ preStop }: Strategy): boolean {
  return preStop !== 'none' && preStop !== 'own';
}

function declares({ ports }: Container, port: number): boolean {
  return ports?.some(({ containerPort }) => containerPort === port) ?? false;
}
