import type { ObjectEvent } from '../model/history-event.ts';
import { asList, asRecord, asText } from './read-json.ts';

/** The parts of a Pod object that the analysis looks at. */
export interface PodView {
  readonly name: string;
  readonly uid: string;
  readonly node: string | null;
  readonly podIP: string | null;
  /** deletionTimestamp is set. */
  readonly deleting: boolean;
  readonly ready: boolean;
  readonly scheduled: boolean;
  /** Names of the containers whose status is `terminated`. */
  readonly terminated: readonly string[];
  /** There are containers, and all of them are `terminated`. */
  readonly allTerminated: boolean;
  /** Container id (without the runtime's prefix) → container name, as far as the status tells. */
  readonly containers: ReadonlyMap<string, string>;
}

/** Reads a Pod object as the watch delivered it; whatever is missing in it reads as "not so". */
export function podView(event: Pick<ObjectEvent, 'name' | 'uid' | 'object'>): PodView {
  const metadata = asRecord(event.object['metadata']);
  const spec = asRecord(event.object['spec']);
  const status = asRecord(event.object['status']);
  const node = asText(spec['nodeName']);
  const containers = asList(status['containerStatuses']).map(asRecord);
  const terminated = containers.filter((container) => 'terminated' in asRecord(container['state']));
  return {
    name: event.name,
    uid: event.uid,
    node,
    podIP: asText(status['podIP']),
    deleting: typeof metadata['deletionTimestamp'] === 'string',
    ready: hasCondition(status, 'Ready'),
    scheduled: node !== null || hasCondition(status, 'PodScheduled'),
    terminated: terminated.map((container) => asText(container['name']) ?? ''),
    allTerminated: containers.length > 0 && terminated.length === containers.length,
    containers: new Map(
      containers.flatMap((container) => {
        const id = asText(container['containerID'])?.replace(/^[a-z0-9.-]+:\/\//, '');
        return id === undefined ? [] : [[id, asText(container['name']) ?? ''] as const];
      }),
    ),
  };
}

function hasCondition(status: Readonly<Record<string, unknown>>, type: string): boolean {
  return asList(status['conditions'])
    .map(asRecord)
    .some((condition) => condition['type'] === type && condition['status'] === 'True');
}
