import type { CoreV1Api } from '@kubernetes/client-node';

import { apiFailure } from '../cluster/kube/api-failure.ts';
import type { Settle } from './record-action.ts';

/** Reads whether a Pod goes, or is gone; it alone counts, not one that took its name. */
export function settleDeletion(
  core: CoreV1Api,
  { namespace, name, uid }: { readonly namespace: string; readonly name: string; readonly uid: string },
): Settle {
  return async () => {
    try {
      const { metadata } = await core.readNamespacedPod({ namespace, name });
      if (metadata?.uid !== uid) return 'it is gone, another has its name';
      return metadata.deletionTimestamp === undefined ? null : 'it has a deletionTimestamp';
    } catch (error) {
      if (apiFailure(error).httpStatus === 404) return 'it is gone';
      throw error;
    }
  };
}
