import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { HistoryEvent, KubeletStep, NewHistoryEvent } from '../../../../src/model/history-event.ts';
import { strategySchema } from '../../../../src/model/scenario.ts';
import type { TrialRecord } from '../../../../src/model/trial-record.ts';
import type { Finding } from '../../../../src/model/verdict.ts';
import { numbered, PODS, scene as s, type PodKey } from '../attribution/write-scene.ts';
import { planned, trialRecord } from '../build-history.ts';

/** What a Pod's spec says that the findings are about. */
export interface PodSpec {
  readonly containers?: readonly Readonly<Record<string, unknown>>[];
  readonly sidecars?: readonly Readonly<Record<string, unknown>>[];
  readonly graceSeconds?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

const PROBE = { httpGet: {}, periodSeconds: 1, failureThreshold: 1 };

/** A container that serves port 8080, with a probe, and a preStop hook where one is given. */
export const container = (
  name: string,
  preStop?: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  name,
  ports: [{ containerPort: 8080 }],
  readinessProbe: PROBE,
  ...(preStop === undefined ? {} : { lifecycle: { preStop } }),
  ...more,
});

export const exec = (...command: readonly string[]): Readonly<Record<string, unknown>> => ({
  exec: { command },
});

/** A Pod as the watch has it, with this spec; its containers are those of the spec. */
export function podOf(
  key: PodKey,
  at: number,
  spec: PodSpec = {},
  change: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED' = 'LISTED',
  state: { readonly ready?: boolean; readonly deleting?: boolean } = { ready: true },
): NewHistoryEvent {
  const event = s.pod(change, key, at, state);
  if (event.type !== 'object') throw new Error('not an object');
  const { metadata, status } = event.object as Record<'metadata' | 'status', Record<string, unknown>>;
  const containers = spec.containers ?? [container('app')];
  const sidecars = (spec.sidecars ?? []).map((each) => ({ restartPolicy: 'Always', ...each }));
  const statusOf = ({ name }: Readonly<Record<string, unknown>>) => ({
    name,
    containerID: `containerd://${idOf(key, String(name))}`,
    state: { running: {} },
  });
  const object = {
    metadata: { ...metadata, ...spec.metadata },
    spec: {
      nodeName: PODS[key].node,
      terminationGracePeriodSeconds: spec.graceSeconds ?? 30,
      containers,
      initContainers: sidecars,
    },
    status: {
      ...status,
      containerStatuses: containers.map(statusOf),
      initContainerStatuses: sidecars.map(statusOf),
      ...spec.status,
    },
  };
  return { ...event, object };
}

/** The container of that name has the Pod's usual id if it is `app`. */
function idOf(key: PodKey, name: string): string {
  return name === 'app' ? PODS[key].containerId : `${PODS[key].containerId}-${name}`;
}

const refOf = (key: PodKey, name: string) => ({ podUid: PODS[key].uid, containerId: idOf(key, name) });

/** Steps of a shutdown, ms since run start (the delete is at 1000), of one container. */
export const step = {
  kubelet: (
    key: PodKey,
    what: KubeletStep,
    at: number,
    name: string | null = 'app',
    graceSeconds?: number,
  ): NewHistoryEvent => ({
    type: 'kubelet',
    node: PODS[key].node,
    step: what,
    podUid: PODS[key].uid,
    container: name,
    subject: what.startsWith('probe') ? 'Readiness' : null,
    ...(graceSeconds === undefined ? {} : { graceSeconds }),
    atNs: Math.round(at * NS_PER_MS),
    uncertaintyNs: 0.5 * NS_PER_MS,
    source: 'kubelet',
  }),
  signal: (key: PodKey, signal: number, at: number, name = 'app'): NewHistoryEvent =>
    ({ ...s.signal(key, signal, at), pid: pidOf(name), container: refOf(key, name) }) as NewHistoryEvent,
  exit: (key: PodKey, at: number, name = 'app'): NewHistoryEvent =>
    ({ ...s.exit(key, at), pid: pidOf(name), container: refOf(key, name) }) as NewHistoryEvent,
  /** What the runtime says of its end. */
  ended: (key: PodKey, exitStatus: number, at: number, name = 'app'): NewHistoryEvent => ({
    type: 'runtime',
    node: PODS[key].node,
    topic: '/tasks/exit',
    container: refOf(key, name),
    sandbox: false,
    exitStatus,
    execId: null,
    atNs: Math.round(at * NS_PER_MS),
    uncertaintyNs: 50 * NS_PER_MS,
    source: 'runtime',
  }),
  facts: (key: PodKey, name = 'app', more: Readonly<Record<string, unknown>> = {}): NewHistoryEvent =>
    ({
      ...s.facts(key, 500),
      container: refOf(key, name),
      containerName: name,
      pid: pidOf(name),
      innerPid: 1,
      ...more,
    }) as NewHistoryEvent,
  listener: (key: PodKey, to: 'LISTEN' | 'CLOSE', at: number, name = 'app'): NewHistoryEvent =>
    ({ ...s.listener(key, to, at), container: refOf(key, name) }) as NewHistoryEvent,
  /** An Event of the API; it comes some time after what it tells. */
  event: (
    about: Readonly<Record<string, unknown>>,
    reason: string,
    message: string,
    at: number,
    more: Readonly<Record<string, unknown>> = {},
  ): NewHistoryEvent => ({
    type: 'object',
    change: 'ADDED',
    kind: 'Event',
    namespace: 'ns',
    name: `e-${at}`,
    uid: `e-${at}`,
    resourceVersion: '1',
    object: { type: 'Warning', reason, message, involvedObject: about, ...more },
    atNs: Math.round(at * NS_PER_MS),
    uncertaintyNs: 2 * NS_PER_MS,
    source: 'api-watch',
  }),
  hookFailed: (key: PodKey, at: number, name = 'app'): NewHistoryEvent =>
    step.event(
      { uid: PODS[key].uid, fieldPath: `spec.containers{${name}}` },
      'FailedPreStopHook',
      'PreStopHook failed',
      at,
    ),
};

function pidOf(name: string): number {
  return name === 'app' ? 100 : 101 + name.length;
}

/** From the baseline to the clean-up: Pod `a` is deleted at 1000, the load goes on for a minute. */
const FRAME: readonly NewHistoryEvent[] = [
  s.phase('baseline', 600),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.auditDelete('a', 1000),
  s.action('a', 'accepted', 1004),
  s.phase('stop-load', 61_000),
  s.phase('clean-up', 61_100),
];

const VICTIM = { name: 'web-a', uid: 'uid-a', node: 'node1', podIP: '198.18.0.2' };

export function shutdownRecord(
  strategy: Readonly<Record<string, unknown>> = {},
  record: Partial<TrialRecord> = {},
): TrialRecord {
  return trialRecord({
    trial: planned({ strategy: strategySchema.parse({ name: 'x', ...strategy }) }),
    app: { kind: 'Deployment', service: 'web', port: 8080, container: 'app' },
    victims: [VICTIM],
    ...record,
  });
}

/** The analysis of a trial in which Pod `a` is deleted and these events are seen besides; nothing is asked of it. */
export async function analyzeShutdown(
  events: readonly NewHistoryEvent[],
  {
    strategy = {},
    record = {},
    frame = FRAME,
  }: {
    readonly strategy?: Readonly<Record<string, unknown>>;
    readonly record?: Partial<TrialRecord>;
    readonly frame?: readonly NewHistoryEvent[];
  } = {},
): Promise<AnalyzedTrial & { readonly events: readonly HistoryEvent[] }> {
  const all = numbered([...frame, ...events]);
  const analyzed = await analyzeTrial(
    {
      record: shutdownRecord(strategy, record),
      directory: 'trials/001-x',
      events: all,
      ledgers: [],
      findings: [],
    },
    [],
  );
  return { ...analyzed, events: all };
}

/** Those about the strategy, by their code. */
export function aboutStrategy({ findings }: AnalyzedTrial): Readonly<Record<string, Finding>> {
  return Object.fromEntries(
    findings.filter(({ code }) => /^(preflight|shutdown)-/.test(code)).map((each) => [each.code, each]),
  );
}
