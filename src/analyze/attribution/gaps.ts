import type { GapEvent, HistoryEvent } from '../../model/history-event.ts';

/** The stamps of both are a node's wall clock's. */
const WALL_STAMPS = 'stamps of conntrack and Pod network';

/** What each observer could not see, and which events come from just then. */
export class Gaps {
  readonly #gaps: readonly GapEvent[];
  readonly #events: ReadonlyMap<number, HistoryEvent>;

  constructor(events: readonly HistoryEvent[]) {
    this.#gaps = events.filter((event) => event.type === 'observation-gap');
    // Most trials have none: then nothing is to be looked up.
    this.#events = new Map(this.#gaps.length === 0 ? [] : events.map((event) => [event.id, event]));
  }

  /** The gap of its own observer in which this event was told: then it is not all that there was, or not when. */
  around(eventId: number | null): GapEvent | null {
    const event = eventId === null ? undefined : this.#events.get(eventId);
    if (event === undefined) return null;
    const { atNs, uncertaintyNs } = event;
    return (
      this.#gaps.find(
        (gap) =>
          atNs + uncertaintyNs >= gap.fromNs && atNs - uncertaintyNs <= gap.toNs && isOfObserver(event, gap),
      ) ?? null
    );
  }
}

function isOfObserver(event: HistoryEvent, { observer, source }: GapEvent): boolean {
  if (observer === WALL_STAMPS) return event.type === 'conntrack' || event.type === 'pod-network';
  if (event.source !== source) return false;
  switch (event.type) {
    case 'conntrack':
      return isOf(observer, 'conntrack of ', event.node);
    case 'pod-network':
      return isOf(observer, 'Pod network of ', event.node);
    case 'endpoint-routed':
      return isOf(observer, 'routes of ', event.node);
    case 'runtime':
      return isOf(observer, 'runtime ', event.node);
    case 'kubelet':
      return isOf(observer, 'kubelet ', event.node);
    case 'app-stamp':
      return isOf(observer, 'log of ', event.pod);
    case 'object':
      return observer === `${event.kind.toLowerCase()}s` || !WATCHES.has(observer);
    default:
      return true;
  }
}

const WATCHES: ReadonlySet<string> = new Set([
  'pods',
  'endpointslices',
  'events',
  'nodes',
  'persistentvolumeclaims',
]);

/** An observer that does not say whose it is may be any. */
function isOf(observer: string, prefix: string, name: string): boolean {
  const known = [
    'conntrack of ',
    'Pod network of ',
    'routes of ',
    'runtime ',
    'kubelet ',
    'log of ',
    'kube-proxy metrics of ',
  ];
  if (known.some((each) => observer.startsWith(each))) return observer === `${prefix}${name}`;
  return true;
}
