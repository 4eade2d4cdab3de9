import type { Finding } from './verdict.ts';

/**
 * Why trials are void whose repetition meets the same: configuration, or a state that no trial changes. The one place
 * that says so; any other reason may have been chance.
 */
const STAYS: ReadonlySet<string> = new Set([
  // The API server refuses an object as it is written, or somebody else's has its name.
  'object-invalid',
  'object-exists',
  // Its image cannot be pulled, its program is missing or crashes again and again.
  'workload-cannot-start',
  // A Pod, container or number of Pods that the workload does not have.
  'disruption-impossible',
  // A budget allows no eviction, with every Pod Ready.
  'disruption-blocked',
  // The workload's own settings, or the nodes, keep its controller from replacing a single Pod.
  'disruption-not-begun',
  // A firewall, or addresses that lead nowhere from this host.
  'nodeport-unreachable',
]);

/** Whether another attempt may fare better than one with these findings. */
export function canRepetitionHelp(findings: readonly Finding[]): boolean {
  return !findings.some(({ code, severity }) => severity === 'void' && STAYS.has(code));
}
