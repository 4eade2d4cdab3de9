import { openExistingSession } from '../../cluster/existing/existing-session.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { describeCapabilities } from './describe-capabilities.ts';
import type { OpenCluster, OpenClusterOptions } from './cluster-opening.ts';

/** An existing cluster, which stays, through the context that the user named. */
export async function openExisting(options: OpenClusterOptions): Promise<OpenCluster> {
  const { spec, existingName, expected, signal, onStep } = options;
  if (existingName !== null) {
    throw new DrainbenchError({
      code: 'option-conflict',
      message: `--cluster ${existingName} names a box of this machine, but the scenario runs on an existing cluster`,
      fix: 'drop --cluster, or set spec.cluster.driver to embedded',
      exitCode: EXIT.usage,
    });
  }
  if (spec.context === undefined) throw new Error('an existing cluster without a context');
  const session = await openExistingSession({
    choice: { context: spec.context, kubeconfig: spec.kubeconfig },
    namespace: spec.namespace,
    expected,
    signal,
  });
  for (const line of describeCapabilities(session)) onStep(line);
  return {
    cluster: session.cluster,
    kubernetesVersion: session.probed.serverVersion,
    ownedByRun: false,
    reachedBy: `--context ${spec.context}${spec.kubeconfig === undefined ? '' : ` --kubeconfig ${spec.kubeconfig}`}`,
    existing: session,
    close: () => session.close(),
  };
}
