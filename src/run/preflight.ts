import { requireDisruptions } from '../disrupt/require-disruptions.ts';
import { loadKubeConfig } from '../cluster/kube/load-kube-config.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Scenario } from '../model/scenario.ts';
import type { KubeObject } from '../workload/kube-object.ts';
import { requireNamespaced } from '../workload/require-namespaced.ts';
import { requireAccess } from './access/require-access.ts';
import { openExisting } from './open/open-existing.ts';
import { useNamespace } from './run-namespace.ts';

export interface Preflight {
  /** What was found, in lines. */
  readonly seen: readonly string[];
  /** What would end a run before it created anything, in the order in which it would. */
  readonly refusals: readonly DrainbenchError[];
}

/**
 * Asks of an existing cluster all that a run asks before it creates anything, by the same code: where the context leads,
 * what can be seen there, the disruptions, every right, the namespace. Only reads; what the user may do is asked by
 * access reviews, whose verb is `create`, but which are answered and never stored. Images are not looked at.
 */
export async function preflight(
  scenario: Scenario,
  scenarioFile: string,
  manifest: readonly KubeObject[],
  signal: AbortSignal,
): Promise<Preflight> {
  const seen: string[] = [];
  const refusals: DrainbenchError[] = [];
  const spec = scenario.spec.cluster;
  const opened = await openExisting({
    spec,
    existingName: null,
    ownName: '',
    expected: null,
    signal,
    onToolProgress: () => undefined,
    onStep: (line) => void seen.push(line),
  }).catch(collected(refusals));
  if (opened === null) return { seen, refusals };
  try {
    const kubeConfig = loadKubeConfig(opened.cluster.kubeconfigPath);
    const namespace = spec.namespace ?? null;
    const checks = [
      () => requireDisruptions(scenario.spec, opened.cluster),
      () => requireAccess(kubeConfig, { scenario, manifest, namespace }, scenarioFile, signal),
      () => requireNamespaced(kubeConfig, manifest, signal),
      () => namespace !== null && useNamespace(kubeConfig, namespace, signal),
    ];
    for (const check of checks) await Promise.resolve().then<unknown>(check).catch(collected(refusals));
  } finally {
    await opened.close();
  }
  return { seen, refusals };
}

function collected(refusals: DrainbenchError[]) {
  return (error: unknown): null => {
    if (!(error instanceof DrainbenchError)) throw error;
    refusals.push(error);
    return null;
  };
}
