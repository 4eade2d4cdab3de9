import type { V1Node, V1Taint } from '@kubernetes/client-node';
import { z } from 'zod';

import type { Plain } from '../cluster/kube/plain.ts';

/** On a Node that a run has changed: by whom, and how. What does not carry it is not ours to undo. */
const MARK = 'drainbench.dev/node-change';
/** The taint is known by its key and the run in its value. */
const TAINT_KEY = 'drainbench.dev/evict';

const nodeMarkSchema = z.object({
  run: z.string(),
  change: z.enum(['cordon', 'taint']),
  /** The process, as JSON data; when that is gone on the same machine, so is the run. */
  owner: z.unknown(),
  /** When anyone may undo it; ISO 8601, UTC. */
  expires: z.string(),
  /** Where the run's Lease is; missing in what older versions wrote. */
  namespace: z.string().optional(),
});

export type NodeMark = z.infer<typeof nodeMarkSchema>;

/** What a run has done to this Node; `null`: nothing that it says. */
export function nodeMark({ metadata }: Pick<NodeFacts, 'metadata'>): NodeMark | null {
  const text = metadata?.annotations?.[MARK];
  if (text === undefined) return null;
  try {
    return nodeMarkSchema.parse(JSON.parse(text));
  } catch {
    return null; // not of our making
  }
}

type NodeFacts = Pick<Plain<V1Node>, 'metadata' | 'spec'>;

/** The merge patch that makes the change, good only for the Node as it was read. */
export function markPatch(node: NodeFacts, mark: NodeMark): object {
  return {
    metadata: { ...identity(node), annotations: { [MARK]: JSON.stringify(mark) } },
    spec:
      mark.change === 'cordon'
        ? { unschedulable: true }
        : {
            taints: [...(node.spec?.taints ?? []), { key: TAINT_KEY, value: mark.run, effect: 'NoExecute' }],
          },
  };
}

/**
 * The merge patch that changes nothing but the version of the Node as it was read, and with it ends every other patch
 * that is good only for that one. It leaves a mark whose undoing takes away nothing else.
 */
export function fencePatch(node: NodeFacts, mark: NodeMark): object {
  const fence: NodeMark = { ...mark, change: 'taint' };
  return { metadata: { ...identity(node), annotations: { [MARK]: JSON.stringify(fence) } } };
}

/** The merge patch that undoes it, and leaves alone what others have done since. */
export function unmarkPatch(node: NodeFacts, mark: NodeMark): object {
  const ours = ({ key, value }: Plain<V1Taint>) => key === TAINT_KEY && value === mark.run;
  return {
    metadata: { ...identity(node), annotations: { [MARK]: null } },
    spec:
      mark.change === 'cordon'
        ? { unschedulable: null }
        : { taints: (node.spec?.taints ?? []).filter((each) => !ours(each)) },
  };
}

function identity({ metadata }: NodeFacts): object {
  return { uid: metadata?.uid, resourceVersion: metadata?.resourceVersion };
}
