import type { Finding } from '../model/verdict.ts';
import type { KnownPod } from './pod-book.ts';
import type { PreflightInput } from './preflight-input.ts';
import { asList, asRecord } from './read-json.ts';

/**
 * Readiness probes that are missing or too slow, of the containers that serve: a sidecar's probe does not know whether
 * the app listens. They serve that were seen to close a listener of the app's port; where nobody saw one, those that
 * declare a port, or else all.
 */
export function readinessFindings(pod: KnownPod, input: PreflightInput): readonly Finding[] {
  return servingContainers(pod, input).flatMap((container): readonly Finding[] => {
    const name = String(container['name']);
    const probe = asRecord(container['readinessProbe']);
    if (Object.keys(probe).length > 0) return slowFindings(name, probe, input);
    const message = `Container “${name}” has no readiness probe: a new Pod gets traffic as soon as its process runs, listening or not.`;
    return [{ code: 'preflight-no-readiness-probe', severity: 'warning', message, container: name }];
  });
}

function servingContainers(
  pod: KnownPod,
  { milestones }: PreflightInput,
): readonly Readonly<Record<string, unknown>>[] {
  const containers = asList(asRecord(pod.object['spec'])['containers']).map(asRecord);
  const closed = new Set(
    milestones.filter(({ name }) => name === 'listener-closed').map(({ container }) => container),
  );
  const listened = containers.filter((container) => closed.has(String(container['name'])));
  if (listened.length > 0) return listened;
  const declared = containers.filter((container) => asList(container['ports']).length > 0);
  return declared.length > 0 ? declared : containers;
}

function slowFindings(
  container: string,
  probe: Readonly<Record<string, unknown>>,
  { record }: PreflightInput,
): readonly Finding[] {
  const { shutdown } = record.trial.strategy;
  if (shutdown?.mode !== 'drain') return [];
  const period = Number(probe['periodSeconds'] ?? 10);
  const flipSeconds = period * Number(probe['failureThreshold'] ?? 3);
  if (flipSeconds <= shutdown.drainSeconds) return [];
  const message = `Failing readiness takes up to ${flipSeconds} s to be noticed (every ${period} s), the app drains ${shutdown.drainSeconds} s: the probe cannot flip in time. Only the deletion itself takes the Pod out of use.`;
  return [{ code: 'preflight-readiness-too-slow', severity: 'info', message, container }];
}
