import { commandPrograms } from '../../model/command-programs.ts';
import { hookSleepSeconds, onlySleeps } from '../../model/hook-sleep-seconds.ts';
import type { CheckRule, Hit } from '../check-rule.ts';
import type { CheckedContainer, CheckedWorkload } from '../checked-files.ts';
import { eachContainer } from '../each-container.ts';
import { missingInImage } from '../missing-in-image.ts';

const HOOKS = 'https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/';
const TERMINATION = 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination';

/** The kubelet leaves a container that much where its hook has used the grace period up, s. */
const LEAST_GRACE_SECONDS = 2;
/** With less than this beside the hook, s, an app that drains may not get through. */
const COMFORTABLE_SECONDS = 10;

/** Of a container's preStop hook and what the grace period leaves beside it. */
export const HOOK_RULES: readonly CheckRule[] = [
  {
    id: 'sleep-exceeds-grace',
    title: 'the preStop hook uses up the grace period',
    needs: 'manifest',
    reason: `The grace period runs while the hook does. When it is over the hook is cut off, and the app gets ${LEAST_GRACE_SECONDS} s from its stop signal to SIGKILL.`,
    docs: HOOKS,
    measurement:
      'strategies `as-is` and one with a longer terminationGracePeriodSeconds: requests killed in flight with the first, none with the second',
    check: ({ workloads }) => eachContainer(workloads, sleepExceedsGrace),
  },
  {
    id: 'little-grace-left',
    title: 'the preStop hook leaves the app little time',
    needs: 'manifest',
    reason:
      'What the hook takes of the grace period is not there for requests under way. SIGKILL ends those that need longer.',
    docs: HOOKS,
    measurement: 'strategy `as-is` with a load of slow requests: its margin to the end of the grace period',
    check: ({ workloads }) => eachContainer(workloads, littleGraceLeft),
  },
  {
    id: 'no-grace',
    title: 'the grace period is 0',
    needs: 'manifest',
    reason:
      'Without a grace period no hook runs and no stop signal is sent: SIGKILL ends whatever is under way.',
    docs: TERMINATION,
    measurement: 'strategy `as-is`: requests killed in flight in every trial with requests under way',
    check: ({ workloads }) =>
      workloads
        .filter(({ graceSeconds }) => graceSeconds === 0)
        .map(({ title, located, specPath }) => ({
          object: located,
          path: [...specPath, 'terminationGracePeriodSeconds'],
          message: `${title} gives its Pods no grace period: they are killed at once, without a hook or a stop signal.`,
          certain: true,
        })),
  },
  {
    id: 'no-prestop',
    title: 'nothing delays the stop signal',
    needs: 'manifest',
    reason:
      'Nodes go on sending to a Pod until they have heard of its end. Without a hook the stop signal comes at the same time, so that the app itself has to serve on for a while.',
    docs: TERMINATION,
    measurement:
      'strategies `as-is` and `sleep-5` with fresh connections: refused connections with the first, none with the second',
    check: ({ workloads }) => eachContainer(workloads, noPreStop),
  },
  {
    id: 'prestop-program-missing',
    title: 'the program of the preStop hook is not in the image',
    needs: 'image',
    reason: 'A hook whose program cannot be started fails, and the stop signal comes as if there were none.',
    docs: HOOKS,
    measurement:
      'strategies `as-is` and one with the native sleep (`preStop: { sleepSeconds: … }`): a FailedPreStopHook event and refused connections with the first alone',
    check: async ({ workloads }) => {
      const hits: Hit[] = [];
      for (const workload of workloads)
        for (const container of workload.containers)
          hits.push(...(await programMissing(workload, container)));
      return hits;
    },
  },
];

function sleepExceedsGrace({ located, graceSeconds }: CheckedWorkload, container: CheckedContainer): Hit[] {
  const { lifecycle } = container.spec;
  const seconds = hookSleepSeconds(lifecycle?.preStop ?? {});
  if (seconds === 0 || seconds < graceSeconds || graceSeconds === 0) return [];
  const path = [...container.path, 'lifecycle', 'preStop'];
  const sleeps = `preStop of container “${container.name}” sleeps ${lengthOf(seconds)}, of a grace period of ${graceSeconds} s`;
  const command = lifecycle?.preStop?.exec?.command;
  if (command !== undefined && !onlySleeps(command))
    return [
      {
        object: located,
        path,
        message: `${sleeps}, as far as its command tells: does it come to its end before?`,
        certain: false,
      },
    ];
  const left =
    command === undefined && seconds > graceSeconds
      ? 'the API server refuses that'
      : `nothing of it is left for the app, which gets ${LEAST_GRACE_SECONDS} s from its stop signal to SIGKILL`;
  return [{ object: located, path, message: `${sleeps}: ${left}.`, certain: true }];
}

function littleGraceLeft({ located, graceSeconds }: CheckedWorkload, container: CheckedContainer): Hit[] {
  const seconds = hookSleepSeconds(container.spec.lifecycle?.preStop ?? {});
  const left = graceSeconds - seconds;
  if (seconds === 0 || left <= 0 || left >= COMFORTABLE_SECONDS) return [];
  return [
    {
      object: located,
      path: [...container.path, 'lifecycle', 'preStop'],
      message: `preStop of container “${container.name}” sleeps ${lengthOf(seconds)}, of a grace period of ${graceSeconds} s: are the ${left} s that are left enough for its longest request?`,
      certain: false,
    },
  ];
}

/** Of a Pod where another container has a hook, `hook-on-other-container` speaks. */
function noPreStop(
  { located, serving, containers, graceSeconds }: CheckedWorkload,
  container: CheckedContainer,
): Hit[] {
  if (graceSeconds === 0 || container.sidecar || !serving.includes(container)) return [];
  if (containers.some(({ spec }) => spec.lifecycle?.preStop !== undefined)) return [];
  return [
    {
      object: located,
      path: [...container.path, 'name'],
      message: `Container “${container.name}” has no preStop hook: does it serve new connections for some seconds after its stop signal?`,
      certain: false,
    },
  ];
}

async function programMissing({ located }: CheckedWorkload, container: CheckedContainer): Promise<Hit[]> {
  const command = container.spec.lifecycle?.preStop?.exec?.command ?? [];
  const found = await missingInImage(container, commandPrograms(command));
  if (found === null || found.missing.length === 0) return [];
  const names = found.missing.map((name) => `“${name}”`).join(' and ');
  const byPath = found.missing.every((name) => name.includes('/'));
  const places = found.missing.flatMap((name) => found.elsewhere[name] ?? []);
  const where = byPath ? '' : ` on its PATH (${found.path})`;
  const other = places.length === 0 ? '' : `; there is ${places.join(' and ')}`;
  const what = `The preStop hook of container “${container.name}” runs “${command.join(' ')}”, but its image has no ${names}${where}${other}`;
  const message = found.certain
    ? `${what}. A native sleep (preStop.sleep) needs no program of the image.`
    : `${what}: does a volume or an environment from elsewhere bring it?`;
  const path = [...container.path, 'lifecycle', 'preStop', 'exec', 'command'];
  return [{ object: located, path, message, certain: found.certain }];
}

function lengthOf(seconds: number): string {
  return seconds === Infinity ? 'for ever' : `${seconds} s`;
}
