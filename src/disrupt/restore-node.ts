import { CoreV1Api, PatchStrategy, setHeaderOptions, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { fencePatch, nodeMark, unmarkPatch, type NodeMark } from './node-mark.ts';

const MAX_CONFLICTS = 10;

/** A change of a Node of which no answer was heard: it may take effect at any time, on the Node as it was read. */
export interface ChangeUnderWay {
  readonly mark: NodeMark;
  readonly resourceVersion: string;
}

/**
 * Undoes what a run did to a node, if that still carries the run's mark; one that does not, or is gone, is left alone.
 * A change that may yet come is kept from it first: the Node gets another version.
 *
 * @param underWay asked each time the Node was read; `null`: nothing is.
 * @throws DrainbenchError `node-not-restored` with the command that does it by hand.
 */
export async function restoreNode(
  kubeConfig: KubeConfig,
  name: string,
  run: string,
  signal: AbortSignal,
  underWay: () => ChangeUnderWay | null = () => null,
): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  let conflicts = 0;
  const restore = async (): Promise<void> => {
    try {
      const node = await core.readNode({ name });
      const mark = nodeMark(node);
      const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
      if (mark?.run === run) {
        await core.patchNode({ name, body: unmarkPatch(node, mark) }, options);
        return;
      }
      const coming = underWay();
      if (coming === null || coming.resourceVersion !== node.metadata?.resourceVersion) return;
      await core.patchNode({ name, body: fencePatch(node, coming.mark) }, options);
      await restore();
    } catch (error) {
      const { httpStatus } = apiFailure(error);
      if (httpStatus === 404) return;
      if (httpStatus === 409 && ++conflicts <= MAX_CONFLICTS) return restore();
      throw error;
    }
  };
  await retryRequest(restore, { signal }).catch((error: unknown) => {
    throw new DrainbenchError({
      code: 'node-not-restored',
      message: `what the run did to node ${name} could not be undone: ${apiFailure(error).message}`,
      fix: `kubectl uncordon ${name}; kubectl taint node ${name} drainbench.dev/evict-; kubectl annotate node ${name} drainbench.dev/node-change-`,
      cause: error,
    });
  });
}
