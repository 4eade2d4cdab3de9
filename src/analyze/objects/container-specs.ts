import { sidecarsOf } from './pod-view.ts';
import { asList, asRecord, asText } from './read-json.ts';

/** A container that runs as long as its Pod does, as the Pod's spec has it. */
export interface LastingContainer {
  readonly name: string;
  /** An init container that goes on running. */
  readonly sidecar: boolean;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Its preStop hook; empty where it has none. */
  readonly preStop: Readonly<Record<string, unknown>>;
}

/** The main containers of a Pod, then its sidecars, each in the order of the spec. */
export function lastingContainers(pod: Readonly<Record<string, unknown>>): readonly LastingContainer[] {
  const spec = asRecord(pod['spec']);
  const sidecars = sidecarsOf(pod);
  const inits = asList(spec['initContainers']).map(asRecord);
  return [
    ...asList(spec['containers']).map((each) => ({ spec: asRecord(each), sidecar: false })),
    ...inits
      .filter(({ name }) => sidecars.includes(asText(name) ?? ''))
      .map((each) => ({ spec: each, sidecar: true })),
  ].map(({ spec: container, sidecar }) => ({
    name: asText(container['name']) ?? '',
    sidecar,
    spec: container,
    preStop: asRecord(asRecord(container['lifecycle'])['preStop']),
  }));
}

export interface Hooks {
  readonly preStop: 'exec' | 'httpGet' | 'sleep' | 'tcpSocket' | null;
  readonly execPreStop: boolean;
  readonly execPostStart: boolean;
  /** A readiness, liveness or startup probe runs a command in the container. */
  readonly execProbe: boolean;
}

/** What a Pod object says about a container's hooks and about its probes that run in it. */
export function hooksOf(pod: Readonly<Record<string, unknown>>, container: string): Hooks {
  const all = asRecord(pod['spec']);
  const spec = [...asList(all['containers']), ...asList(all['initContainers'])]
    .map(asRecord)
    .find(({ name }) => name === container);
  const lifecycle = asRecord(asRecord(spec)['lifecycle']);
  const handler = asRecord(lifecycle['preStop']);
  const preStop =
    (['exec', 'httpGet', 'sleep', 'tcpSocket'] as const).find((kind) => kind in handler) ?? null;
  const execProbe = ['readinessProbe', 'livenessProbe', 'startupProbe'].some(
    (probe) => 'exec' in asRecord(asRecord(spec)[probe]),
  );
  const execPostStart = 'exec' in asRecord(lifecycle['postStart']);
  return { preStop, execPreStop: preStop === 'exec', execPostStart, execProbe };
}
