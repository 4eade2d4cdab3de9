import { onlySleeps } from '../../model/hook-sleep-seconds.ts';
import { STOP_SIGNALS_OF_SERVERS } from '../../model/stop-signals-of-servers.ts';
import type { CheckRule, Hit } from '../check-rule.ts';
import type { CheckedContainer, CheckedWorkload } from '../checked-files.ts';
import { eachContainer } from '../each-container.ts';
import { shellStays } from '../shell-stays.ts';

const COMMAND = 'https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/';
const SIGNALS =
  'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-stop-signals';

/** Of what a container runs as process 1, and by which signal that is stopped. */
export const PROCESS_RULES: readonly CheckRule[] = [
  {
    id: 'shell-is-process-1',
    title: 'a shell stays as process 1 and keeps the stop signal to itself',
    needs: 'manifest',
    reason:
      'A shell passes no signal on, and the kernel drops a signal that process 1 has no handler for. The app never hears of its end and is killed when the grace period is over.',
    docs: COMMAND,
    measurement:
      'strategy `as-is`: the shutdown lasts the whole grace period and ends by SIGKILL (finding preflight-shell-is-pid-1)',
    check: ({ workloads }) => eachContainer(workloads, shellIsFirst),
  },
  {
    id: 'stop-signal-abrupt',
    title: 'the stop signal ends the server at once',
    needs: 'image',
    reason:
      "Some servers finish requests under way on one signal and drop them on another. STOPSIGNAL of the image or lifecycle.stopSignal decides which one is sent; SIGTERM is Kubernetes' default.",
    docs: SIGNALS,
    measurement: 'strategy `as-is` with a load of slow requests: requests killed in flight',
    check: ({ workloads }) => eachContainer(workloads, stopsAbruptly),
  },
  {
    id: 'stop-signal-unusual',
    title: 'the stop signal is not SIGTERM',
    needs: 'manifest',
    reason:
      'A program that has no handler for the signal that it gets ignores it as process 1, or ends without finishing.',
    docs: SIGNALS,
    measurement:
      'strategy `as-is`: which signal came, and how the container ended (explain, finding preflight-stop-signal)',
    check: ({ workloads }) => eachContainer(workloads, stopsUnusually),
  },
];

/** What the container starts, as far as the manifest and its image tell; empty where neither does. */
function startedBy({ spec, image }: CheckedContainer): readonly string[] {
  if (spec.command !== undefined && spec.command.length > 0) return [...spec.command, ...(spec.args ?? [])];
  if (image === null) return [];
  // Arguments of the Pod replace the image's; an entry point of the image stays.
  return [...image.entrypoint, ...(spec.args ?? image.command)];
}

function shellIsFirst({ located, spec }: CheckedWorkload, container: CheckedContainer): Hit[] {
  const command = startedBy(container);
  const fate = shellStays(command);
  if (fate === 'none' || spec.shareProcessNamespace === true) return [];
  const own = (container.spec.command ?? []).length > 0;
  const path = [...container.path, own ? 'command' : 'image'];
  const what = `Container “${container.name}” starts a shell${own ? '' : ' by its image'} (${command.join(' ')})`;
  const certain = fate === 'stays' && !asksToEnd(container);
  const message = certain
    ? `${what}, which stays as process 1: it passes no stop signal on, and the app is killed when the grace period is over. Start the app by \`exec\`, as the script's last command and without a pipe.`
    : fate === 'stays'
      ? `${what}, which stays as process 1 and passes no stop signal on: does the preStop hook make the app end?`
      : `${what}: does it replace itself by the app (exec), or pass signals on?`;
  return [{ object: located, path, message, certain }];
}

/** Its hook does more than to wait: it may tell the app to end, or to finish first. */
function asksToEnd({ spec }: CheckedContainer): boolean {
  const hook = spec.lifecycle?.preStop;
  return hook?.httpGet !== undefined || (hook?.exec !== undefined && !onlySleeps(hook.exec.command ?? []));
}

/** The signal and where it is set; `null` where only the image could tell, and nobody saw it. */
function stopSignalOf({ spec, image }: CheckedContainer): { signal: string; by: string } | null {
  // Newer than the API client's types: Kubernetes 1.33.
  const own = (spec.lifecycle as { readonly stopSignal?: string } | undefined)?.stopSignal;
  if (own !== undefined) return { signal: own, by: 'lifecycle.stopSignal' };
  if (image === null) return null;
  if (image.stopSignal === null) return { signal: 'SIGTERM', by: 'the default' };
  return { signal: fullName(image.stopSignal), by: 'STOPSIGNAL of its image' };
}

/** Images may say `QUIT` or `3` for SIGQUIT. */
function fullName(signal: string): string {
  const byNumber: Readonly<Record<string, string>> = { 2: 'SIGINT', 3: 'SIGQUIT', 15: 'SIGTERM' };
  return byNumber[signal] ?? (/^(SIG|\d)/.test(signal) ? signal : `SIG${signal}`);
}

function stopsAbruptly({ located }: CheckedWorkload, container: CheckedContainer): Hit[] {
  const stop = stopSignalOf(container);
  if (stop === null) return [];
  const programs = startedBy(container).map((word) => word.slice(word.lastIndexOf('/') + 1));
  const index = programs.findIndex(
    (program) => STOP_SIGNALS_OF_SERVERS.get(program)?.atOnce.includes(stop.signal) === true,
  );
  const program = programs[index];
  if (program === undefined) return [];
  const graceful = STOP_SIGNALS_OF_SERVERS.get(program)?.graceful ?? '';
  // A hook may tell the server to finish, and a wrapper may translate the signal.
  const asksFirst = asksToEnd(container);
  const certain = index === 0 && !asksFirst;
  const what = `Container “${container.name}” is stopped by ${stop.signal} (${stop.by}), on which ${program} ends at once, whatever is under way; ${graceful} lets it finish`;
  const doubt = asksFirst
    ? 'does its preStop hook make it finish first?'
    : `does ${programs[0] ?? ''} turn it into another?`;
  return [
    {
      object: located,
      path: [...container.path, stop.by.startsWith('lifecycle') ? 'lifecycle' : 'image'],
      message: certain ? `${what}.` : `${what}: ${doubt}`,
      certain,
    },
  ];
}

function stopsUnusually({ located }: CheckedWorkload, container: CheckedContainer): Hit[] {
  const stop = stopSignalOf(container);
  if (stop === null || stop.signal === 'SIGTERM') return [];
  const known = startedBy(container).some((word) =>
    STOP_SIGNALS_OF_SERVERS.has(word.slice(word.lastIndexOf('/') + 1)),
  );
  if (known) return [];
  return [
    {
      object: located,
      path: [...container.path, stop.by.startsWith('lifecycle') ? 'lifecycle' : 'image'],
      message: `Container “${container.name}” is stopped by ${stop.signal} (${stop.by}): does its program finish on it?`,
      certain: false,
    },
  ];
}
