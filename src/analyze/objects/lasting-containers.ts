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
