import type { LoadSpec } from '../../../src/model/scenario.ts';

/** A load as the scenario's schema would hand it over; a test changes what it is about. */
export function loadSpec(changes: Partial<LoadSpec> = {}): LoadSpec {
  const spec: LoadSpec = {
    name: 'probe',
    engine: 'native',
    connections: 'keep-alive',
    concurrency: 20,
    method: 'GET',
    path: '/',
    headers: {},
    from: 'host',
    via: 'nodePort',
    retry: 'none',
    poolOrder: 'oldest-first',
    connectTimeoutMs: 2000,
    responseTimeoutMs: 5000,
    ...changes,
  };
  return spec;
}
