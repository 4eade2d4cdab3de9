import type { KubeConfig } from '@kubernetes/client-node';

import type { ObjectEvent } from '../model/history-event.ts';
import type { ObserveContext, Observer } from './observer.ts';
import { startWatchLoop } from './watch-loop.ts';
import type { KubeObject, WatchTarget } from './watch-state.ts';

/** What a run may look at. */
export interface WatchScope {
  readonly namespace: string;
  /** Of the run's Pods and EndpointSlices: in a namespace that others use too, theirs are none of its business. */
  readonly labelSelector: string;
  /** Names that the run's objects begin with, to tell its Events from others'; `null`: all are its own. */
  readonly names: readonly string[] | null;
  /** Whether the Nodes may be watched. */
  readonly nodes: boolean;
  /** Whether the volume claims of the namespace are watched too. Default: no. */
  readonly claims?: boolean;
}

/**
 * Watches the run's Pods and EndpointSlices in a namespace, the Events about these, volume claims and the Nodes. Resolves when all
 * have been listed, so that nothing which happens from then on is missed; what cannot be listed is an
 * `observation-gap`.
 */
export async function watchApi(
  kubeConfig: KubeConfig,
  scope: WatchScope,
  context: ObserveContext,
  onPod: (change: ObjectEvent['change'], pod: KubeObject) => void,
): Promise<Observer> {
  const loops = watchTargets(scope).map((target) =>
    startWatchLoop(kubeConfig, target, context, (change, object) => {
      if (target.kind === 'Pod') onPod(change, object);
    }),
  );
  await Promise.all(loops.map((loop) => loop.listed));
  return {
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

function watchTargets({ namespace, labelSelector, names, nodes, claims = false }: WatchScope): WatchTarget[] {
  const core = `/api/v1/namespaces/${namespace}`;
  const discovery = `/apis/discovery.k8s.io/v1/namespaces/${namespace}`;
  return [
    { kind: 'Pod', path: `${core}/pods`, observer: 'pods', labelSelector },
    { kind: 'EndpointSlice', path: `${discovery}/endpointslices`, observer: 'endpointslices', labelSelector },
    { kind: 'Event', path: `${core}/events`, observer: 'events', concerns: (event) => isAbout(event, names) },
    ...(claims
      ? [
          {
            kind: 'PersistentVolumeClaim',
            path: `${core}/persistentvolumeclaims`,
            observer: 'persistentvolumeclaims',
          } as const,
        ]
      : []),
    ...(nodes ? [{ kind: 'Node', path: '/api/v1/nodes', observer: 'nodes' } as const] : []),
  ];
}

function isAbout(event: KubeObject, names: readonly string[] | null): boolean {
  const { name = '' } = (event['involvedObject'] ?? {}) as { name?: string };
  return names?.some((known) => name === known || name.startsWith(`${known}-`)) ?? true;
}
