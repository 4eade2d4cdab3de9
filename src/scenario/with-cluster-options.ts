import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Scenario } from '../model/scenario.ts';

/** What the command line says about the cluster to use; each key as in the scenario's `cluster`. */
export interface ClusterOptions {
  /** Replaces the scenario's, to compare drivers. */
  readonly driver?: Scenario['spec']['cluster']['driver'] | undefined;
  /** Replaces the scenario's. */
  readonly nodeImage?: string | undefined;
  /** Replaces the scenario's. */
  readonly nodeAgent?: Scenario['spec']['cluster']['nodeAgent'] | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly namespace?: string | undefined;
  readonly registry?: string | undefined;
}

const KEYS = ['context', 'kubeconfig', 'namespace', 'registry'] as const;

/**
 * The scenario with what the command line says about the cluster. Either may name each thing; who names a context
 * means an existing cluster.
 *
 * @throws DrainbenchError (exit code 64) `option-conflict` where both name different things, or where the driver has no use
 *   for it; `context-not-named` where an existing cluster is meant and neither names the context.
 */
export function withClusterOptions(written: Scenario, options: ClusterOptions): Scenario {
  const scenario = replaced(written, options);
  const { cluster } = scenario.spec;
  const merged = { ...cluster };
  for (const key of KEYS) {
    const [written, typed] = [cluster[key], options[key]];
    if (written !== undefined && typed !== undefined && written !== typed) {
      throw conflict(
        `--${key} ${typed} contradicts the scenario`,
        `spec.cluster.${key}: ${written}`,
        `drop --${key}, or take spec.cluster.${key} out of the scenario`,
      );
    }
    const value = written ?? typed;
    if (value !== undefined) merged[key] = value;
  }
  const named = KEYS.find((key) => merged[key] !== undefined);
  if (named === undefined && cluster.driver !== 'existing') return scenario;
  if (cluster.driver !== 'existing' && !(cluster.driver === 'auto' && merged.context !== undefined)) {
    throw conflict(
      `${named ?? ''} is for an existing cluster`,
      `spec.cluster.driver: ${cluster.driver}`,
      'set spec.cluster.driver to existing and name a context',
    );
  }
  if (merged.context === undefined) throw contextMissing();
  return { ...scenario, spec: { ...scenario.spec, cluster: { ...merged, driver: 'existing' } } };
}

function replaced(scenario: Scenario, { driver, nodeImage, nodeAgent }: ClusterOptions): Scenario {
  if (driver === undefined && nodeImage === undefined && nodeAgent === undefined) return scenario;
  const cluster = {
    ...scenario.spec.cluster,
    ...(driver === undefined ? {} : { driver }),
    ...(nodeImage === undefined ? {} : { nodeImage }),
    ...(nodeAgent === undefined ? {} : { nodeAgent }),
  };
  return { ...scenario, spec: { ...scenario.spec, cluster } };
}

function contextMissing(): DrainbenchError {
  return new DrainbenchError({
    code: 'context-not-named',
    message: 'an existing cluster needs the name of a kubeconfig context',
    expected: '--context NAME, or spec.cluster.context; the current context is never used implicitly',
    fix: 'kubectl config get-contexts',
    exitCode: EXIT.usage,
  });
}

function conflict(message: string, found: string, fix: string): DrainbenchError {
  return new DrainbenchError({ code: 'option-conflict', message, found, fix, exitCode: EXIT.usage });
}
