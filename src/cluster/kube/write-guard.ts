import type { KubeConfig } from '@kubernetes/client-node';

/** Rejects while nothing may be written; asked right before each request that would change something. */
export type WriteGuard = () => Promise<void>;

const guards = new WeakMap<KubeConfig, WriteGuard>();

/** From here on every API client of this configuration asks before it writes: one place for all that a run does. */
export function guardWrites(kubeConfig: KubeConfig, guard: WriteGuard): void {
  guards.set(kubeConfig, guard);
}

/** Resolves when this configuration may be used to write. */
export async function requireWritable(kubeConfig: KubeConfig): Promise<void> {
  await guards.get(kubeConfig)?.();
}
