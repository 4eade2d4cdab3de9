import { onlySleeps } from '../model/hook-sleep-seconds.ts';
import type { PreStop, Scenario } from '../model/scenario.ts';
import type { Finding } from '../model/verdict.ts';
import type { Deployment, KubeObject } from './kube-object.ts';

/**
 * What a tune takes away without putting the same in its place: hooks that do more than to wait, of the scenario's
 * strategies and of the manifest's container. An app that is told by its hook to announce its end then does not.
 *
 * @param container whose preStop is set
 */
export function replacedHookWarnings(
  { spec: { app, strategies } }: Scenario,
  manifest: readonly KubeObject[],
  container: string,
): readonly Finding[] {
  const warn = (whose: string, what: string): Finding => ({
    code: 'prestop-replaced',
    severity: 'warning',
    message: `the preStop of ${whose} ${what}: a tune puts a sleep in its place, which does not`,
  });
  const ofStrategies = strategies.flatMap(({ name, preStop }) => {
    const what = moreThanSleep(preStop);
    return what === null ? [] : [warn(`strategy ${name}`, what)];
  });
  if (!('manifest' in app) || !strategies.some(({ preStop }) => preStop === 'own')) return ofStrategies;
  const target = manifest.find(
    ({ kind, metadata }) => kind === app.workload.kind && metadata?.name === app.workload.name,
  ) as Deployment | undefined;
  const own = target?.spec?.template.spec?.containers.find(({ name }) => name === container);
  const { exec, httpGet } = own?.lifecycle?.preStop ?? {};
  const what = moreThanSleep(
    exec !== undefined
      ? { exec: exec.command ?? [] }
      : httpGet !== undefined
        ? { httpGet: { path: httpGet.path ?? '/' } }
        : 'none',
  );
  return what === null ? ofStrategies : [...ofStrategies, warn(`container ${container}`, what)];
}

function moreThanSleep(preStop: PreStop): string | null {
  if (typeof preStop === 'string' || 'sleepSeconds' in preStop) return null;
  if ('httpGet' in preStop) return `asks for ${preStop.httpGet.path}`;
  return onlySleeps(preStop.exec) ? null : `runs “${preStop.exec.join(' ')}”`;
}
