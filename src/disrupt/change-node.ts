import { CoreV1Api, PatchStrategy, setHeaderOptions, type V1Node } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { DisruptionContext } from './disruption-context.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';
import { markPatch, nodeMark, type NodeMark } from './node-mark.ts';
import { recordAction } from './record-action.ts';
import { restoreNode, type ChangeUnderWay } from './restore-node.ts';

/** A kubelet writes its Node's status every few seconds, which makes a patch of what was read before stale. */
const MAX_CONFLICTS = 10;

/**
 * Closes a node to new Pods, or taints it, and marks it as changed by this run. The intent is written down first, and
 * the undoing left to the end of the trial.
 *
 * @throws DrainbenchError `node-in-use` when it is closed, or changed by a run, already; `disruption-refused`.
 */
export async function changeNode(
  action: string,
  name: string,
  change: NodeMark['change'],
  context: DisruptionContext,
): Promise<void> {
  const { kubeConfig, run, signal } = context;
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const read = () => core.readNode({ name });
  const node = await retryRequest(read, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw disruptionRefused(`cannot read node ${name}`, [unread(error)], `kubectl get node ${name}`);
  });
  requireUntouched(name, node, change);
  const { id, owner, namespace, expiresAt } = run;
  const mark: NodeMark = { run: id, change, owner, namespace, expires: expiresAt.toISOString() };
  const sent: Sent = { underWay: null };
  await context.onNodeChange(name, (ending) =>
    restoreNode(kubeConfig, name, run.id, ending, () => sent.underWay),
  );
  const refusal = await recordAction(
    { action, kind: 'Node', namespace: '', name, uid: node.metadata?.uid ?? '' },
    context,
    () => patchFresh(core, node, mark, sent),
    async () => (nodeMark(await read())?.run === run.id ? 'it carries our mark' : null),
  );
  if (refusal !== null)
    throw disruptionRefused(`the API server refused to ${change} node ${name}`, [refusal]);
}

/** What nobody has answered yet, also when nobody waits for it any more. */
interface Sent {
  underWay: ChangeUnderWay | null;
}

/** Sent again, with what was read anew, for as long as somebody else was quicker. */
async function patchFresh(core: CoreV1Api, first: V1Node, mark: NodeMark, sent: Sent): Promise<void> {
  const name = first.metadata?.name ?? '';
  let node = first;
  for (let conflicts = 0; ; conflicts++) {
    try {
      const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
      sent.underWay = { mark, resourceVersion: node.metadata?.resourceVersion ?? '' };
      await core.patchNode({ name, body: markPatch(node, mark) }, options);
      sent.underWay = null;
      return;
    } catch (error) {
      const { httpStatus } = apiFailure(error);
      if (httpStatus !== null && httpStatus < 500) sent.underWay = null;
      if (httpStatus !== 409 || conflicts === MAX_CONFLICTS) throw error;
      node = await core.readNode({ name });
      requireUntouched(name, node, mark.change);
    }
  }
}

function requireUntouched(name: string, node: V1Node, change: NodeMark['change']): void {
  const mark = nodeMark(node);
  const closed = change === 'cordon' && node.spec?.unschedulable === true;
  if (mark === null && !closed) return;
  throw new DrainbenchError({
    code: 'node-in-use',
    message: `node ${name} cannot be disrupted: ${mark === null ? 'it is closed to new Pods already' : `run ${mark.run} has changed it`}`,
    expected: 'a node that nobody else works on',
    fix: mark === null ? `kubectl uncordon ${name}` : 'wait for that run, or clean up after it',
  });
}
