import { asList, asRecord, asText } from './read-json.ts';

/** One endpoint of an EndpointSlice. Conditions that are absent mean what the API says they mean. */
export interface EndpointView {
  readonly podUid: string | null;
  readonly podName: string | null;
  readonly address: string | null;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** Reads the endpoints of an EndpointSlice object, from the watch or from the audit log. */
export function endpointViews(object: Readonly<Record<string, unknown>>): readonly EndpointView[] {
  return asList(object['endpoints']).map(endpointView);
}

function endpointView(value: unknown): EndpointView {
  const endpoint = asRecord(value);
  const target = asRecord(endpoint['targetRef']);
  const conditions = asRecord(endpoint['conditions']);
  return {
    podUid: asText(target['uid']),
    podName: asText(target['name']),
    address: asText(asList(endpoint['addresses'])[0]),
    // discovery.k8s.io/v1: an unknown `ready` is to be read as true, `serving` follows it, `terminating` is false.
    ready: conditions['ready'] !== false,
    serving: (conditions['serving'] ?? conditions['ready']) !== false,
    terminating: conditions['terminating'] === true,
  };
}
