import { asList, asRecord } from './read-json.ts';

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
