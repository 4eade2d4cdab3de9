import type { KubeConfig } from '@kubernetes/client-node';

import type { ObjectEvent } from '../model/history-event.ts';
import type { ObserveContext, Observer } from './observer.ts';
import { startWatchLoop, type KubeObject, type WatchTarget } from './watch-loop.ts';

/**
 * Watches the Pods, EndpointSlices and Events of a namespace, and the Nodes. Resolves when all four have been listed,
 * so that nothing which happens from then on is missed.
 */
export async function watchApi(
  kubeConfig: KubeConfig,
  namespace: string,
  context: ObserveContext,
  onPod: (change: ObjectEvent['change'], pod: KubeObject) => void,
): Promise<Observer> {
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const loops = watchTargets(namespace).map((target) =>
    startWatchLoop(kubeConfig, target, { ...context, signal }, (change, object) => {
      if (target.kind === 'Pod') onPod(change, object);
    }),
  );
  await Promise.all(loops.map((loop) => loop.listed));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops.map((loop) => loop.ended));
    },
  };
}

function watchTargets(namespace: string): WatchTarget[] {
  const inNamespace = `namespaces/${namespace}`;
  return [
    { kind: 'Pod', path: `/api/v1/${inNamespace}/pods`, observer: 'pods' },
    {
      kind: 'EndpointSlice',
      path: `/apis/discovery.k8s.io/v1/${inNamespace}/endpointslices`,
      observer: 'endpointslices',
    },
    { kind: 'Event', path: `/api/v1/${inNamespace}/events`, observer: 'events' },
    { kind: 'Node', path: '/api/v1/nodes', observer: 'nodes' },
  ];
}
