import type { DisruptionContext, Victim } from './disruption-context.ts';
import { asVictim, isReady, targetPods } from './target-pods.ts';

/** The Pods that get load at this moment: the target's own, Ready, and not on their way out already. */
export async function readyPods(
  context: Pick<DisruptionContext, 'kubeConfig' | 'namespace' | 'selector' | 'target' | 'signal'>,
): Promise<readonly Victim[]> {
  return (await targetPods(context)).filter(isReady).map(asVictim);
}
