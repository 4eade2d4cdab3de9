import type { Disruption } from '../model/scenario.ts';
import { churn } from './churn.ts';
import { deleteMany } from './delete-many.ts';
import { deleteOwner } from './delete-owner.ts';
import { deletePod } from './delete-pod.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { drain } from './drain.ts';
import { evict } from './evict.ts';
import { forceDelete } from './force-delete.ts';
import { killContainer } from './kill-container.ts';
import { none } from './none.ts';
import { preempt } from './preempt.ts';
import { restartKubelet, restartRuntime } from './restart-component.ts';
import { rolloutRestart } from './rollout-restart.ts';
import { scaleDown } from './scale-down.ts';
import { taint } from './taint.ts';

/** Every disruption there is: what it may do, what it needs, how it is done. */
export const DISRUPTION_KINDS: { readonly [Type in Disruption['type']]: DisruptionKind<Type> } = {
  none,
  churn,
  delete: deletePod,
  'delete-many': deleteMany,
  'force-delete': forceDelete,
  'rollout-restart': rolloutRestart,
  evict,
  drain,
  taint,
  'scale-down': scaleDown,
  'delete-owner': deleteOwner,
  preempt,
  'kill-container': killContainer,
  'restart-kubelet': restartKubelet,
  'restart-runtime': restartRuntime,
};
