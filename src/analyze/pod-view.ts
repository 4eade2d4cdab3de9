import type { ObjectEvent } from '../model/history-event.ts';

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
}

/** Reads a Pod object as the watch delivered it; whatever is missing in it reads as "not so". */
export function podView(event: ObjectEvent): PodView {
  const metadata = record(event.object['metadata']);
  const spec = record(event.object['spec']);
  const status = record(event.object['status']);
  const node = text(spec['nodeName']);
  const containers = list(status['containerStatuses']).map(record);
  const terminated = containers.filter((container) => 'terminated' in record(container['state']));
  return {
    name: event.name,
    uid: event.uid,
    node,
    podIP: text(status['podIP']),
    deleting: typeof metadata['deletionTimestamp'] === 'string',
    ready: hasCondition(status, 'Ready'),
    scheduled: node !== null || hasCondition(status, 'PodScheduled'),
    terminated: terminated.map((container) => text(container['name']) ?? ''),
    allTerminated: containers.length > 0 && terminated.length === containers.length,
  };
}

function hasCondition(status: Readonly<Record<string, unknown>>, type: string): boolean {
  return list(status['conditions'])
    .map(record)
    .some((condition) => condition['type'] === type && condition['status'] === 'True');
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
