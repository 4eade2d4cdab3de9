import { DrainbenchError } from '../model/drainbench-error.ts';
import { reasonOf } from './reason-of.ts';
import type { RunNamespace } from './run-namespace.ts';

/**
 * What is said when a run's last step failed. Where only the journal could not be written (a full disk), the cluster may
 * well be as it should: then no more is said than that nobody knows, and how to find out.
 */
export function releaseFailure(
  { name, created }: Pick<RunNamespace, 'name' | 'created'>,
  error: unknown,
): string {
  if (error instanceof DrainbenchError && error.code === 'history-not-written') {
    const what = created ? `namespace ${name}` : `the run's objects in namespace ${name}`;
    const ask = created ? `kubectl get namespace ${name}` : `kubectl get all,leases --namespace ${name}`;
    return `what became of ${what} could not be written down: ${error.message}. Make room on that disk; \`${ask}\` tells what is still there`;
  }
  const failed = created ? 'could not be removed' : 'could not be given back';
  return `namespace ${name} ${failed}: ${reasonOf(error)}`;
}
