import type * as k8s from '@kubernetes/client-node';

import type { Plain } from '../cluster/kube/plain.ts';
import { countOf } from '../model/count-of.ts';
import type { KubeObject } from './kube-object.ts';

export type HorizontalPodAutoscaler = Plain<k8s.V2HorizontalPodAutoscaler>;

/** What decides how many Pods a workload has, besides the workload itself. */
export interface Autoscaler {
  readonly kind: string;
  readonly name: string;
  /** Only of a HorizontalPodAutoscaler: what it keeps to. */
  readonly bounds: { readonly min: number; readonly max: number } | null;
}

/** The object that scales the target, among those of a manifest; `null` where none does. */
export function findAutoscaler(
  objects: readonly KubeObject[],
  target: { readonly kind: string; readonly name: string },
): Autoscaler | null {
  for (const object of objects) {
    const { spec } = object as KubeObject & { readonly spec?: Partial<HorizontalPodAutoscaler['spec']> };
    const { kind = 'Deployment', name } = spec?.scaleTargetRef ?? {};
    if (name !== target.name || kind !== target.kind) continue;
    const bounds =
      object.kind === 'HorizontalPodAutoscaler'
        ? { min: spec?.minReplicas ?? 1, max: spec?.maxReplicas ?? Infinity }
        : null;
    return { kind: object.kind ?? '', name: object.metadata?.name ?? '', bounds };
  }
  return null;
}

/**
 * What a HorizontalPodAutoscaler has yet to do before the number of Pods is the one that it keeps, in one phrase; `null`
 * when nothing. Without metrics it keeps its hands off a number within its bounds, and then wants 0 in its status.
 *
 * @param replicas what the workload's spec says at this moment.
 */
export function autoscalerLacks(
  { metadata, status }: HorizontalPodAutoscaler,
  { bounds }: Autoscaler,
  replicas: number,
): string | null {
  const title = `HorizontalPodAutoscaler ${metadata?.name ?? ''}`;
  if (status?.conditions === undefined || status.conditions.length === 0)
    return `${title} has not looked at the workload yet`;
  const wanted = status.desiredReplicas;
  if (wanted > 0 && wanted !== replicas)
    return `${title} wants ${countOf(wanted, 'Pod')}, the spec says ${replicas}`;
  if (bounds !== null && replicas < bounds.min)
    return `${title} keeps at least ${countOf(bounds.min, 'Pod')}, the spec says ${replicas}`;
  return null;
}
