import { asList, asRecord } from './read-json.ts';

export interface Hooks {
  readonly preStop: 'exec' | 'httpGet' | 'sleep' | 'tcpSocket' | null;
  readonly execPreStop: boolean;
  /** A readiness, liveness or startup probe runs a command in the container. */
  readonly execProbe: boolean;
}

/** What a Pod object says about a container's preStop hook and about its probes that run in it. */
export function hooksOf(pod: Readonly<Record<string, unknown>>, container: string): Hooks {
  const spec = asList(asRecord(pod['spec'])['containers'])
    .map(asRecord)
    .find(({ name }) => name === container);
  const handler = asRecord(asRecord(asRecord(spec)['lifecycle'])['preStop']);
  const preStop =
    (['exec', 'httpGet', 'sleep', 'tcpSocket'] as const).find((kind) => kind in handler) ?? null;
  const execProbe = ['readinessProbe', 'livenessProbe', 'startupProbe'].some(
    (probe) => 'exec' in asRecord(asRecord(spec)[probe]),
  );
  return { preStop, execPreStop: preStop === 'exec', execProbe };
}
