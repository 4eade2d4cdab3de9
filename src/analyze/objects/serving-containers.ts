import type { HistoryEvent } from '../../model/history-event.ts';
import type { TrialApp } from '../../model/trial-record.ts';
import type { KnownPod, PodBook } from './pod-book.ts';
import { sidecarsOf } from './pod-view.ts';
import { asList, asRecord, asText } from './read-json.ts';

/** Which container of a Pod answers the requests: the end of any other one closes none of the app's connections. */
export class ServingContainers {
  /** Pod uid → name of the container that was seen to listen. */
  readonly #listening = new Map<string, string>();
  /** `POD_UID CONTAINER` of those that listened at anything before the traffic. */
  readonly #open = new Set<string>();
  readonly #app: TrialApp | undefined;

  constructor(events: readonly HistoryEvent[], book: PodBook, app: TrialApp | undefined) {
    this.#app = app;
    for (const event of events) {
      if (event.type === 'process-facts' && (event.listeners?.length ?? 0) > 0)
        this.#open.add(`${event.container.podUid} ${event.containerName}`);
      if (event.type !== 'socket-state' || event.container == null) continue;
      if (event.from !== 'LISTEN' && event.to !== 'LISTEN') continue;
      if (app !== undefined && event.localPort !== app.port) continue;
      const { podUid, containerId } = event.container;
      const name = book.containerName(podUid, containerId);
      if (name !== undefined) this.#listening.set(podUid, name);
    }
  }

  /**
   * The name of the one that was seen to listen on the app's port; else of the one that declares it; else of the only
   * one, or of the one that the strategy was put on. `null`: nothing tells.
   */
  of({ uid, object }: KnownPod): string | null {
    const listening = this.#listening.get(uid);
    if (listening !== undefined) return listening;
    const containers = lastingContainers(object);
    const declaring = containers.find(({ ports }) => ports.some((port) => port === this.#app?.port));
    if (declaring !== undefined) return declaring.name;
    const [first, ...others] = containers;
    if (first !== undefined && others.length === 0) return first.name;
    return this.#app?.container ?? null;
  }

  /** The one that serves may pass requests on to this container: it has the app in it, a port of its own, or listens. */
  mayBeBehind(pod: KnownPod, container: string): boolean {
    if (container === this.of(pod)) return false;
    const ports = lastingContainers(pod.object).find(({ name }) => name === container)?.ports ?? [];
    return (
      container === this.#app?.container || ports.length > 0 || this.#open.has(`${pod.uid} ${container}`)
    );
  }
}

/** Those that run as long as the Pod does. */
function lastingContainers(
  pod: Readonly<Record<string, unknown>>,
): readonly { readonly name: string; readonly ports: readonly unknown[] }[] {
  const spec = asRecord(pod['spec']);
  const sidecars = sidecarsOf(pod);
  const inits = asList(spec['initContainers']).map(asRecord);
  return [
    ...asList(spec['containers']).map(asRecord),
    ...inits.filter(({ name }) => sidecars.includes(asText(name) ?? '')),
  ].map(({ name, ports }) => ({
    name: asText(name) ?? '',
    ports: asList(ports).map((port) => asRecord(port)['containerPort']),
  }));
}
