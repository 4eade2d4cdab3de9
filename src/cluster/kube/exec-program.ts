import { PassThrough, Writable } from 'node:stream';
import { CoreV1Api, Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import type { RemoteProgram } from '../../model/remote-program.ts';
import { apiClient } from './api-client.ts';
import { apiFailure } from './api-failure.ts';
import { requireWritable, writeAllowanceMs } from './write-guard.ts';

export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  /** Of the Pod: the API's `exec` goes by the name, which another may have taken meanwhile. */
  readonly uid: string;
  readonly container: string;
}

const CONNECT_WITHIN_MS = 15_000;
const STDERR_KEPT = 4000;
/** More than this is left with the other side, whose pipes then fill up and hold the program back. */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;

/** What the client library's socket (ws) can do besides what its type says. */
interface ExecSocket {
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: { readonly message: string }) => void) | null;
  close(): void;
  pause(): void;
  resume(): void;
  terminate(): void;
}

/**
 * Runs a program in a container by the API's `exec`, over one WebSocket: nothing has to listen in the cluster, and the
 * program's input ends when the connection does, however that comes about. It changes what goes on in the cluster, and
 * is put to the configuration's write guard like any write.
 *
 * @throws DrainbenchError `exec-refused` when the API server or the kubelet does not let us, or the Pod is another one.
 */
export async function execProgram(
  kubeConfig: KubeConfig,
  target: ExecTarget,
  command: readonly string[],
): Promise<RemoteProgram> {
  const stdin = new PassThrough();
  const stdout = new PassThrough({ highWaterMark: MOST_UNREAD_BYTES });
  let said = '';
  const stderr = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      said = (said + chunk.toString('utf8')).slice(-STDERR_KEPT);
      done();
    },
  });
  let status: V1Status | null = null;
  const exec = new Exec(kubeConfig);
  // Left to itself the library would end the standard streams of this very process with those of the container.
  Object.assign(exec.handler, {
    streams: { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
  });
  const { namespace, pod, container } = target;
  await requireWritable(kubeConfig);
  await requireSamePod(kubeConfig, target, command);
  const connectWithinMs = writeAllowanceMs(kubeConfig, CONNECT_WITHIN_MS);
  const connecting = exec.exec(
    namespace,
    pod,
    container,
    [...command],
    stdout,
    stderr,
    stdin,
    false,
    (told) => {
      status = told;
    },
  );
  const socket = await within(connecting as unknown as Promise<ExecSocket>, connectWithinMs).catch(
    (error: unknown) => {
      throw refused(target, command, error);
    },
  );

  let failure = '';
  socket.onerror = ({ message }) => {
    failure = message;
  };
  const ended = new Promise<string>((resolve) => {
    socket.onclose = ({ code }) => {
      stdout.end();
      stdin.destroy();
      const how = status?.message ?? (status?.status === 'Success' ? 'exit 0' : null);
      const cut = `the connection was closed (${code}${failure === '' ? '' : `: ${failure}`})`;
      const last = said.trim().split('\n').slice(-3).join(' / ');
      resolve(`${how ?? cut}${last === '' ? '' : `: ${last}`}`);
    };
  });
  holdBack(socket, stdout);
  return { stdin, stdout, ended, close: () => socket.terminate() };
}

/** Reads no more from the network than is read from us. */
function holdBack(socket: ExecSocket, stdout: PassThrough): void {
  const write = stdout.write.bind(stdout) as (chunk: Buffer) => boolean;
  stdout.write = (chunk: Buffer): boolean => {
    const room = write(chunk);
    if (!room) {
      socket.pause();
      stdout.once('drain', () => socket.resume());
    }
    return room;
  };
}

/** By a list, to which a run has the right. */
async function requireSamePod(
  kubeConfig: KubeConfig,
  target: ExecTarget,
  command: readonly string[],
): Promise<void> {
  const { namespace, pod, uid } = target;
  const core = apiClient(kubeConfig, CoreV1Api, new AbortController().signal);
  const found = await core
    .listNamespacedPod({ namespace, fieldSelector: `metadata.name=${pod}` })
    .catch((error: unknown) => {
      throw refused(target, command, new Error(apiFailure(error).message, { cause: error }));
    });
  const there = found.items[0]?.metadata?.uid;
  if (there === uid) return;
  const why = there === undefined ? 'it is gone' : 'another Pod has its name';
  throw refused(target, command, new Error(why));
}

/** One that comes about after all is closed: nobody would talk to the program. */
async function within(connecting: Promise<ExecSocket>, ms: number): Promise<ExecSocket> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      connecting.then(
        (socket) => socket.terminate(),
        () => undefined,
      );
      reject(new Error(`no connection within ${ms / 1000} s`));
    }, ms);
  });
  return Promise.race([connecting, late]).finally(() => clearTimeout(timer));
}

function refused(
  { namespace, pod }: ExecTarget,
  command: readonly string[],
  cause: unknown,
): DrainbenchError {
  const reason = cause instanceof Error ? cause.message : String((cause as { message?: unknown }).message);
  return new DrainbenchError({
    code: 'exec-refused',
    message: `a program could not be started in Pod ${pod}: ${reason}`,
    expected: 'the rights get and create on pods/exec, and a Pod that runs',
    command: `kubectl -n ${namespace} exec ${pod} -- ${command.join(' ')}`,
    cause,
  });
}
