import { stringify } from 'yaml';

import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { hookSleepSeconds } from '../model/hook-sleep-seconds.ts';
import { commentLine } from '../model/terminal-text.ts';
import type { Service } from '../workload/kube-object.ts';
import type { LocatedObject } from '../workload/parse-manifest.ts';
import type { CheckFinding } from './check-manifests.ts';
import { checkedFiles, type CheckedContainer, type CheckedWorkload } from './checked-files.ts';

export interface ProposalInput {
  readonly objects: readonly LocatedObject[];
  /** `deployment/web`, where the manifest has several. */
  readonly workload?: string;
  /** The container's port that gets the load, where the manifest does not tell. */
  readonly port?: number;
  /** What `check` says of the manifest. */
  readonly findings: readonly CheckFinding[];
  /** Paths as they are to stand in the scenario: relative to it. */
  readonly manifest: string;
  readonly imageArchive?: string;
}

/** Beside a hook, s: what requests under way have to end in. */
const GRACE_BESIDE_HOOK_SECONDS = 15;
/** A delay that covers what nodes take to hear of a Pod's end, s; docs/methodology.md tells why. */
const USUAL_SLEEP_SECONDS = 5;

/**
 * A commented scenario that measures one workload of a manifest: as it is, without its hook, and with a delay that is
 * usually enough.
 *
 * @returns the YAML of the scenario.
 * @throws DrainbenchError (exit code 64) `workload-not-chosen`, `workload-missing`, `port-unknown`.
 */
export function proposeScenario(input: ProposalInput): string {
  const { objects, findings, manifest, imageArchive } = input;
  const workload = chosen(checkedFiles(objects, []).workloads, input.workload);
  const { container, port, why } = target(workload, input.port);
  const own = findings.filter(({ object }) => object === workload.title);
  const loadPath = container.spec.readinessProbe?.httpGet?.path ?? '/';
  const isProbed = container.spec.readinessProbe?.httpGet !== undefined;
  const app = [
    `manifest: ${scalar(manifest)}`,
    ...(imageArchive === undefined ? [] : [`imageArchive: ${scalar(imageArchive)}`]),
    `workload: { kind: ${workload.kind}, name: ${scalar(workload.name)} }`,
    `container: ${scalar(container.name)}   # the strategies below are put on it`,
    `port: ${port}   # ${why}`,
  ];
  return `# Written by \`drainbench init\`: change what you like, it is yours.
apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata:
  name: ${scalar(scenarioName(workload.name))}
  question: ${scalar(`Does ${workload.title} lose requests when a Pod of it goes, and what prevents that?`)}
spec:
  app:
${indented(app, 4)}${
    imageArchive === undefined
      ? `
    # imageArchive: app.tar   # \`docker save -o app.tar IMAGE\`, for an image that the nodes cannot pull`
      : ''
  }
  loads:   # both run side by side in every trial
    # ${isProbed ? 'The path of the readiness probe: one that does real work is better.' : 'No HTTP readiness probe names a path; name one that does real work.'}
    - { name: fresh, connections: fresh, ratePerSecond: 50, path: ${flow(loadPath)} }
    - { name: keep-alive, connections: keep-alive, concurrency: 20, ratePerSecond: 50, path: ${flow(loadPath)} }
  disruptions:
    - { type: delete }   # also: rollout-restart, evict, drain, scale-down … (scenarios/every-way-to-go.yaml)
  strategies:   # each changes what it names, and nothing else of the manifest
${indented(strategies(workload, container), 4)}
  blocks: 5   # how often each is tried; more make the answer surer
${asked(own)}`;
}

/** Drainbench puts its load on these two. */
const MEASURED: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet']);

function chosen(workloads: readonly CheckedWorkload[], wanted: string | undefined): CheckedWorkload {
  const measured = workloads.filter(({ kind }) => MEASURED.has(kind));
  const names = measured.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`);
  const found = measured.filter((_, index) => wanted === undefined || names[index] === wanted.toLowerCase());
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined) {
    throw new DrainbenchError({
      code: 'workload-not-chosen',
      message: `the manifest has ${countOf(found.length, 'workload')}, and a scenario measures one`,
      found: names.join(', '),
      fix: `choose one: --workload ${names[0] ?? ''}`,
      exitCode: EXIT.usage,
    });
  }
  throw new DrainbenchError({
    code: 'workload-missing',
    message:
      wanted === undefined
        ? 'the manifest has no workload that can be measured'
        : `the manifest has no workload ${wanted} that can be measured`,
    expected: 'a Deployment or a StatefulSet',
    found: (names.length > 0 ? names : workloads.map(({ title }) => title)).join(', ') || 'none',
    fix:
      names.length > 0
        ? `choose one: --workload ${names[0] ?? ''}`
        : 'name the file that has it; DaemonSets, bare Pods and Jobs are not measured yet',
    exitCode: EXIT.usage,
  });
}

interface Target {
  readonly container: CheckedContainer;
  readonly port: number;
  /** How the port is known. */
  readonly why: string;
}

/** A sidecar may serve, and strategies are put on main containers alone: then on the first of them. */
function target(workload: CheckedWorkload, given: number | undefined): Target {
  const { containers, serving } = workload;
  const container = serving.find(({ sidecar }) => !sidecar) ?? containers[0];
  if (container === undefined)
    throw new Error('a Pod has at least one container: requirePodSpec has seen to that');
  if (given !== undefined) {
    const declaring = containers.find(
      (each) => !each.sidecar && (each.spec.ports ?? []).some(({ containerPort }) => containerPort === given),
    );
    return { container: declaring ?? container, port: given, why: 'as --port says' };
  }
  const known = portOf(workload);
  if (known !== null) return { container, ...known };
  throw new DrainbenchError({
    code: 'port-unknown',
    message: `${workload.title}: no port of its containers is known`,
    expected: 'a Service that selects its Pods, or `ports` of a container',
    fix: 'name it: --port 8080',
    exitCode: EXIT.usage,
  });
}

function portOf({ services, serving, containers }: CheckedWorkload): Omit<Target, 'container'> | null {
  const declared = containers.flatMap(({ spec }) => spec.ports ?? []);
  for (const { object } of services) {
    for (const { port, targetPort = port } of (object as Service).spec?.ports ?? []) {
      const number = declared.find(({ name, containerPort }) => name === targetPort || containerPort === targetPort); // prettier-ignore
      const found = number?.containerPort ?? (typeof targetPort === 'number' ? targetPort : undefined);
      if (found !== undefined)
        return { port: found, why: `where Service ${object.metadata?.name ?? ''} sends` };
    }
  }
  const [first] = serving.flatMap(({ spec }) => spec.ports ?? []);
  return first === undefined ? null : { port: first.containerPort, why: 'as the container declares it' };
}

/** As it is first: what the others are compared with. */
function strategies(
  { graceSeconds }: CheckedWorkload,
  { spec, sidecar }: CheckedContainer,
): readonly string[] {
  const hook = sidecar ? undefined : spec.lifecycle?.preStop;
  const slept = hookSleepSeconds(hook ?? {});
  const lines = [
    `- { name: as-is, asIs: true }   # ${hook === undefined ? 'it has no preStop hook' : 'its own preStop hook'}, grace period ${graceSeconds} s`,
  ];
  if (hook !== undefined) lines.push('- { name: none, preStop: none }   # what is lost without its hook');
  const isUsual = hook?.sleep?.seconds === USUAL_SLEEP_SECONDS;
  if (!isUsual)
    lines.push(sleep(USUAL_SLEEP_SECONDS, graceSeconds, 'usually longer than nodes take to stop sending'));
  // The hook may hang on a program of the image; the native one does not.
  if (
    hook?.exec !== undefined &&
    slept > 0 &&
    Number.isInteger(slept) &&
    slept <= 3600 &&
    slept !== USUAL_SLEEP_SECONDS
  )
    // prettier-ignore
    lines.push(sleep(slept, graceSeconds, 'as long as its own hook sleeps, without a program of the image'));
  if (slept > 0 && slept <= 3000 && slept + GRACE_BESIDE_HOOK_SECONDS > graceSeconds) {
    const longer = Math.ceil(slept) + GRACE_BESIDE_HOOK_SECONDS;
    lines.push(`- { name: longer-grace, terminationGracePeriodSeconds: ${longer} }   # its own hook, with ${GRACE_BESIDE_HOOK_SECONDS} s beside it`); // prettier-ignore
  }
  return lines;
}

/** Native (Kubernetes 1.30 and newer), with a grace period that leaves the app its time. */
function sleep(seconds: number, graceSeconds: number, why: string): string {
  const needed = seconds + GRACE_BESIDE_HOOK_SECONDS;
  const grace = graceSeconds < needed ? `, terminationGracePeriodSeconds: ${needed}` : '';
  return `- { name: sleep-${seconds}, preStop: { sleepSeconds: ${seconds} }${grace} }   # ${why}`;
}

function asked(findings: readonly CheckFinding[]): string {
  if (findings.length === 0) return '';
  const lines = findings.map(({ severity, message, rule }) =>
    commentLine(`${severity}: ${message}  [${rule.id}]`),
  );
  return `\n# What \`drainbench check\` says of it:\n${lines.join('\n')}\n`;
}

/** As scenarios may be called. */
function scenarioName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
}

function scalar(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}

/** Within `{ }`, where commas and braces have a meaning. */
function flow(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : JSON.stringify(text);
}

function indented(lines: readonly string[], spaces: number): string {
  return lines.map((line) => `${' '.repeat(spaces)}${line}`).join('\n');
}
