import type { CheckRule, Hit } from '../check-rule.ts';
import type { CheckedContainer, CheckedWorkload } from '../checked-files.ts';
import { eachContainer } from '../each-container.ts';

const PROBES = 'https://kubernetes.io/docs/concepts/workloads/pods/probes/';

/** What the API server fills in where a probe says nothing. */
const DEFAULT_PERIOD_SECONDS = 10;
const DEFAULT_FAILURES = 3;

/** Of the readiness of the containers that serve. */
export const PROBE_RULES: readonly CheckRule[] = [
  {
    id: 'no-readiness-probe',
    title: 'no readiness probe',
    needs: 'manifest',
    reason:
      'A Pod without a readiness probe is Ready as soon as its process runs. A rollout takes old Pods away for new ones that may not listen yet.',
    docs: PROBES,
    measurement: 'disruption `rollout-restart`, strategy `as-is`: connections refused by new Pods',
    check: ({ workloads }) => eachContainer(workloads, noReadiness),
  },
  {
    id: 'readiness-slower-than-grace',
    title: 'a failing readiness probe is noticed after the grace period',
    needs: 'manifest',
    reason:
      'An app that fails its readiness probe to be taken out of use before it closes needs the kubelet to notice while it still serves.',
    docs: PROBES,
    measurement:
      'a scenario with the app draining by its probe: the milestone readiness-flipped comes before slice-not-serving by that much',
    check: ({ workloads }) => eachContainer(workloads, slowReadiness),
  },
];

function noReadiness(
  { located, serving, containers, spec }: CheckedWorkload,
  container: CheckedContainer,
): Hit[] {
  const { readinessProbe, startupProbe, lifecycle } = container.spec;
  // A Pod is not Ready before its startup probes have passed, nor before its readiness gates.
  if (!serving.includes(container) || readinessProbe !== undefined || startupProbe !== undefined) return [];
  if ((spec.readinessGates ?? []).length > 0) return [];
  // Another container's probe may ask this one, and a postStart hook may wait until it listens.
  const waits = containers.some((each) => each.spec.readinessProbe !== undefined);
  const certain = !waits && lifecycle?.postStart === undefined;
  const what = `Container “${container.name}” has no readiness probe`;
  const message = certain
    ? `${what}: a new Pod counts as Ready as soon as its process runs, listening or not.`
    : `${what}: does ${waits ? "another container's probe" : 'its postStart hook'} wait until it listens?`;
  return [{ object: located, path: [...container.path, 'name'], message, certain }];
}

function slowReadiness(
  { located, serving, graceSeconds }: CheckedWorkload,
  container: CheckedContainer,
): Hit[] {
  const probe = container.spec.readinessProbe;
  if (probe === undefined || !serving.includes(container)) return [];
  const period = probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS;
  const failures = probe.failureThreshold ?? DEFAULT_FAILURES;
  const seconds = period * failures;
  if (seconds <= graceSeconds) return [];
  return [
    {
      object: located,
      path: [...container.path, 'readinessProbe'],
      message: `Readiness of container “${container.name}” that fails can take ${seconds} s to be noticed (${failures} times, every ${period} s), the grace period is ${graceSeconds} s: does the app rely on it to be taken out of use?`,
      certain: false,
    },
  ];
}
