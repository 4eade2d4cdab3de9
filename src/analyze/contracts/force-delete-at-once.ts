import type { ContractResult } from '../../model/contract.ts';
import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import { formatMs } from '../words/format-figures.ts';
import { result, stepOf, type VictimEvidence } from './victim-evidence.ts';

/** More than any write takes, less than any kubelet needs to stop a container that has a second to end. */
const AT_ONCE_NS = NS_PER_S;

/** A force delete removes the object at once, without waiting for the kubelet. */
export function forceDeleteAtOnce(evidence: VictimEvidence): readonly ContractResult[] {
  if (evidence.record.trial.disruption.type !== 'force-delete') return [];
  const from = stepOf(evidence, 'delete-received') ?? stepOf(evidence, 'delete-requested');
  const gone = stepOf(evidence, 'pod-gone');
  const say = (state: ContractResult['state'], message: string) =>
    result(evidence, 'force-delete-at-once', state, message, [from, gone]);
  if (from === undefined) return [say('not-observed', 'Nobody saw the delete.')];
  if (gone === undefined) return [say('not-observed', 'Nobody saw the object go.')];
  const tookNs = gone.atNs - from.atNs;
  const words = `The object was gone ${formatMs(tookNs / NS_PER_MS)} after its delete.`;
  return [say(tookNs <= AT_ONCE_NS + gone.uncertaintyNs ? 'held' : 'broken', words)];
}
