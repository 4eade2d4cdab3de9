import type { ObjectEvent } from '../model/history-event.ts';

/** One endpoint of an EndpointSlice. Conditions that are absent mean what the API says they mean. */
export interface EndpointView {
  readonly podUid: string | null;
  readonly podName: string | null;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** Reads the endpoints of an EndpointSlice object as the watch delivered it. */
export function endpointViews(event: ObjectEvent): readonly EndpointView[] {
  const endpoints = event.object['endpoints'];
  return Array.isArray(endpoints) ? endpoints.map(endpointView) : [];
}

function endpointView(value: unknown): EndpointView {
  const endpoint = record(value);
  const target = record(endpoint['targetRef']);
  const conditions = record(endpoint['conditions']);
  return {
    podUid: typeof target['uid'] === 'string' ? target['uid'] : null,
    podName: typeof target['name'] === 'string' ? target['name'] : null,
    // discovery.k8s.io/v1: an unknown `ready` is to be read as true, `serving` follows it, `terminating` is false.
    ready: conditions['ready'] !== false,
    serving: (conditions['serving'] ?? conditions['ready']) !== false,
    terminating: conditions['terminating'] === true,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
