import type { KubeConfig } from '@kubernetes/client-node';

import type { ObjectEvent } from '../model/history-event.ts';
import { ApiPace } from './api-pace.ts';
import { isOwnName } from './is-own-name.ts';
import type { ObserveContext, Observer } from './observer.ts';
import { startWatchLoop } from './watch-loop.ts';
import type { KubeObject, WatchTarget } from './watch-state.ts';

/**
 * Of what no verdict hangs on. A list of Events has all of the last hour, of all trials of the run: thousands; and each
 * list costs the API server CPU that the app could use.
 */
const RARE_CHECK_MS = 10_000;
/**
 * On an API server that is others', too: Pods and EndpointSlices together are asked for less than once a second. That a
 * watch is silent is found out later for that, and the gap is the longer, by two seconds.
 */
const SHARED_CHECK_MS = 3000;

/** What a run may look at. */
export interface WatchScope {
  readonly namespace: string;
  /** Of the run's Pods and EndpointSlices: in a namespace that others use too, theirs are none of its business. */
  readonly labelSelector: string;
  /** Names that the run's objects begin with, to tell its Events from others'; `null`: all are its own. */
  readonly names: readonly string[] | null;
  /** Others need the API server as well. */
  readonly shared: boolean;
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
  const pace = new ApiPace(context.nowNs);
  const loops = watchTargets(scope).map((target) =>
    startWatchLoop(kubeConfig, target, context, pace, (change, object) => {
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

function watchTargets(scope: WatchScope): WatchTarget[] {
  const { namespace, labelSelector, names, shared, nodes, claims = false } = scope;
  const checked = { labelSelector, ...(shared && { checkEveryMs: SHARED_CHECK_MS }) };
  const core = `/api/v1/namespaces/${namespace}`;
  const discovery = `/apis/discovery.k8s.io/v1/namespaces/${namespace}`;
  return [
    { kind: 'Pod', path: `${core}/pods`, observer: 'pods', ...checked },
    { kind: 'EndpointSlice', path: `${discovery}/endpointslices`, observer: 'endpointslices', ...checked },
    {
      kind: 'Event',
      path: `${core}/events`,
      observer: 'events',
      concerns: (event) => isAbout(event, names),
      checkEveryMs: RARE_CHECK_MS,
    },
    ...(claims
      ? [
          {
            kind: 'PersistentVolumeClaim',
            path: `${core}/persistentvolumeclaims`,
            observer: 'persistentvolumeclaims',
            checkEveryMs: RARE_CHECK_MS,
          } as const,
        ]
      : []),
    ...(nodes
      ? [{ kind: 'Node', path: '/api/v1/nodes', observer: 'nodes', checkEveryMs: RARE_CHECK_MS } as const]
      : []),
  ];
}

function isAbout(event: KubeObject, names: readonly string[] | null): boolean {
  const { name = '' } = (event['involvedObject'] ?? {}) as { name?: string };
  return isOwnName(names, name);
}
