import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { timeOf } from '../cluster/kube/pod-trouble.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { describeEvent, describePod, likelyCause } from './describe-pod.ts';
import type { KubeEvent, Pod } from './kube-object.ts';
import { isReady } from './missing-for-ready.ts';
import type { WorkloadAddress } from './workload-state.ts';

const LOG_LINES = 10;
const MAX_LINE = 200;
const MAX_PODS = 3;
const MAX_EVENTS = 10;

/** `workload-cannot-start`: waiting longer, or trying again, cannot help. */
export type UnreadyCode = 'workload-not-ready' | 'workload-cannot-start';

/**
 * The error of a workload that does not become ready, with what Pods, Events and logs say about it. What cannot be
 * read is said so; it never hides the error itself.
 *
 * @param lacking what is missing; the likeliest cause is added to it.
 */
export async function explainUnready(
  kubeConfig: KubeConfig,
  workload: WorkloadAddress,
  lacking: string,
  signal: AbortSignal,
  code: UnreadyCode = 'workload-not-ready',
): Promise<DrainbenchError> {
  const { target, namespace, selector, replicas } = workload;
  const { cause, lines } = await unreadyEvidence(kubeConfig, workload, signal);
  return new DrainbenchError({
    code,
    message: `${target.kind} ${target.name} in namespace ${namespace} is not ready: ${lacking}${cause === null || lacking.includes(cause) ? '' : `: ${cause}`}`,
    expected: `${countOf(replicas, 'Pod')} Ready and in the Service's EndpointSlices`,
    found: lacking,
    detail: lines.join('\n'),
    fix: 'mend what the Events and log lines name; raise spec.timing.readyTimeoutMs for an app that only starts slowly',
    command: `kubectl -n ${namespace} describe pods -l ${selector}`,
  });
}

/** What Pods, Events and logs say of why a workload is not ready: the likeliest cause, and all of it in lines. */
export async function unreadyEvidence(
  kubeConfig: KubeConfig,
  workload: WorkloadAddress,
  signal: AbortSignal,
): Promise<{ readonly cause: string | null; readonly lines: readonly string[] }> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const unreadable: string[] = [];
  const orNote = (what: string) => (error: unknown) => {
    signal.throwIfAborted();
    unreadable.push(`${what} could not be read: ${apiFailure(error).message}`);
    return [];
  };
  const [pods, events] = await Promise.all([
    unreadyPods(core, workload).catch(orNote('Pods')),
    trouble(core, workload).catch(orNote('Events')),
  ]);
  const logs = await Promise.all(pods.map((pod) => lastLogLines(core, workload.namespace, pod)));
  const evidence = [
    ...pods.flatMap(describePod),
    ...logs.flat(),
    ...events.map(describeEvent),
    ...unreadable,
  ];
  return { cause: withLastWords(likelyCause(pods, events), logs), lines: [...new Set(evidence)] };
}

/** An exit code says less than what the process wrote last. */
function withLastWords(cause: string | null, logs: readonly (readonly string[])[]): string | null {
  const words =
    logs
      .find((lines) => lines.length > 0)
      ?.at(-1)
      ?.trim() ?? '';
  return cause !== null && /exit code \d+$/.test(cause) && words !== '' ? `${cause}: ${words}` : cause;
}

async function unreadyPods(core: CoreV1Api, { namespace, selector }: WorkloadAddress): Promise<Pod[]> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: selector });
  return items
    .filter((pod) => pod.metadata?.deletionTimestamp === undefined && !isReady(pod))
    .slice(0, MAX_PODS);
}

/** Of the workload itself, its ReplicaSets and its Pods: all are named after it. In order of time. */
async function trouble(core: CoreV1Api, { namespace, target }: WorkloadAddress): Promise<KubeEvent[]> {
  const { items } = await core.listNamespacedEvent({ namespace });
  const about = items.filter(
    ({ involvedObject: { name = '' } }) => name === target.name || name.startsWith(`${target.name}-`),
  );
  const pulled = new Set(
    about.filter(({ reason }) => reason === 'Pulled').map(({ involvedObject }) => involvedObject.uid),
  );
  return about
    .filter(({ type, reason, involvedObject }) =>
      // A pull that does not end is no warning yet, but where there is no registry it is the whole story.
      reason === 'Pulling' ? !pulled.has(involvedObject.uid) : type === 'Warning',
    )
    .toSorted((left, right) => timeOf(left) - timeOf(right))
    .slice(-MAX_EVENTS);
}

/** Of the run before, where a container was restarted: the one that runs now may have said nothing yet. */
async function lastLogLines(core: CoreV1Api, namespace: string, pod: Pod): Promise<string[]> {
  const name = pod.metadata?.name ?? '';
  const container = pod.spec?.containers[0]?.name ?? '';
  const previous = (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0;
  // A container that never started has no log: the API server answers 400, and there is nothing to add.
  const text = await core
    .readNamespacedPodLog({ namespace, name, container, previous, tailLines: LOG_LINES })
    .catch(() => '');
  if (text.trim() === '') return [];
  const lines = text.trimEnd().split('\n');
  return [
    `last lines of ${name}:`,
    ...lines.map((line) => `  ${line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line}`),
  ];
}
