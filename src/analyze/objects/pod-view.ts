import type { ObjectEvent } from '../../model/history-event.ts';
import { asList, asRecord, asText } from './read-json.ts';

/** The parts of a Pod object that the analysis looks at. */
export interface PodView {
  readonly name: string;
  readonly uid: string;
  readonly node: string | null;
  /** Its own; `null` before it has one, and where it has its node's (`hostNetwork`). */
  readonly podIP: string | null;
  /** deletionTimestamp is set. */
  readonly deleting: boolean;
  readonly ready: boolean;
  readonly scheduled: boolean;
  readonly phase: string | null;
  /** Names of the containers whose status is `terminated`; init containers only where they are sidecars. */
  readonly terminated: readonly string[];
  /** Container id (without the runtime's prefix) → container name, init containers too, as far as the status tells. */
  readonly containers: ReadonlyMap<string, string>;
}

/** Reads a Pod object as the watch delivered it; whatever is missing in it reads as "not so". */
export function podView(event: Pick<ObjectEvent, 'name' | 'uid' | 'object'>): PodView {
  const metadata = asRecord(event.object['metadata']);
  const spec = asRecord(event.object['spec']);
  const status = asRecord(event.object['status']);
  const node = asText(spec['nodeName']);
  const containers = asList(status['containerStatuses']).map(asRecord);
  const inits = asList(status['initContainerStatuses']).map(asRecord);
  const sidecars = sidecarsOf(event.object);
  const terminated = [
    ...containers,
    ...inits.filter(({ name }) => sidecars.includes(asText(name) ?? '')),
  ].filter((container) => 'terminated' in asRecord(container['state']));
  return {
    name: event.name,
    uid: event.uid,
    node,
    podIP: spec['hostNetwork'] === true ? null : asText(status['podIP']),
    deleting: typeof metadata['deletionTimestamp'] === 'string',
    ready: hasCondition(status, 'Ready'),
    scheduled: node !== null || hasCondition(status, 'PodScheduled'),
    phase: asText(status['phase']),
    terminated: terminated.map((container) => asText(container['name']) ?? ''),
    containers: new Map(
      [...inits, ...containers].flatMap((container) => {
        const id = asText(container['containerID'])?.replace(/^[a-z0-9.-]+:\/\//, '');
        return id === undefined ? [] : [[id, asText(container['name']) ?? ''] as const];
      }),
    ),
  };
}

/** Names of a Pod's sidecars (init containers that go on running), in the order in which they are started. */
export function sidecarsOf(pod: Readonly<Record<string, unknown>>): readonly string[] {
  return asList(asRecord(pod['spec'])['initContainers'])
    .map(asRecord)
    .filter((container) => container['restartPolicy'] === 'Always')
    .map((container) => asText(container['name']) ?? '');
}

function hasCondition(status: Readonly<Record<string, unknown>>, type: string): boolean {
  return asList(status['conditions'])
    .map(asRecord)
    .some((condition) => condition['type'] === type && condition['status'] === 'True');
}
