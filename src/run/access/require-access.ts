import type { KubeConfig } from '@kubernetes/client-node';

import { reviewAccess } from '../../cluster/existing/review-access.ts';
import type { AccessRight } from '../../model/access-right.ts';
import { countOf } from '../../model/count-of.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { requiredAccess, type AccessInput } from './required-access.ts';

/**
 * Asks for every right that the run will need, before anything is created.
 *
 * @param scenarioFile named in the command that mends it.
 * @throws DrainbenchError `access-missing` that names each missing right.
 */
export async function requireAccess(
  kubeConfig: KubeConfig,
  input: AccessInput,
  scenarioFile: string | null,
  signal: AbortSignal,
): Promise<void> {
  const needed = requiredAccess(input).filter(({ optional }) => optional !== true);
  const missing = await reviewAccess(kubeConfig, needed, signal);
  if (missing.length === 0) return;
  const { namespace, scenario } = input;
  const agents = scenario.spec.cluster.nodeAgent === 'always' ? ' --node-agent always' : '';
  const command = `drainbench rbac ${scenarioFile ?? 'SCENARIO'}${namespace === null ? '' : ` --namespace ${namespace}`}${agents}`;
  throw new DrainbenchError({
    code: 'access-missing',
    message: `the user of context ${kubeConfig.getCurrentContext()} lacks ${missing.length} of ${countOf(needed.length, 'right')} that this scenario needs; nothing was created`,
    found: `may not ${missing.map(describeRight).join('; ')}`,
    fix: `${command} | kubectl --context ADMIN apply -f -  grants them to a ServiceAccount; its output says how to use that`,
  });
}

function describeRight({ group, resource, verb, namespace, name, why }: AccessRight): string {
  const kind = group === '' ? resource : `${resource}.${group}`;
  const where = namespace === null ? ' in any namespace' : ` in namespace ${namespace}`;
  const clusterScoped = resource === 'namespaces' || resource === 'nodes';
  const object = name === undefined ? '' : ` ${name}`;
  return `${verb} ${kind}${object}${clusterScoped ? '' : where}${why === undefined ? '' : ` (${why})`}`;
}
