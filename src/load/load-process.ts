import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { signalGroup } from '../model/signal-process.ts';
import { driveLoad, type DrivenLoad, type LoadEnd, type LoadLink, type LoadOptions } from './drive-load.ts';
import type { FromLoadProcess, ToLoadProcess } from './load-messages.ts';

export interface LoadProcess extends DrivenLoad {
  readonly pid: number;
}

const STDERR_KEPT = 4000;

/** Starts a load in a process of its own on this machine. Resolves when its engine runs. */
export async function startLoadProcess(options: LoadOptions): Promise<LoadProcess> {
  options.signal?.throwIfAborted();
  const child = forkWorker();
  const load = await driveLoad(linkTo(child), options, () => startMessage(options));
  return { ...load, pid: child.pid ?? 0 };
}

function linkTo(child: ChildProcess): LoadLink {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  return {
    // A child that is gone cannot be told; its end is reported by `follow`.
    send: (message) => {
      if (child.connected) child.send(message, () => undefined);
    },
    follow: (take) =>
      new Promise<LoadEnd>((resolve) => {
        child.on('message', (message: FromLoadProcess) => take(message));
        child.once('error', (cause) => resolve({ what: 'could not be started', stderr, cause }));
        // `close` comes after the last line of stderr, `exit` may come before.
        child.once('close', (code, signal) => {
          const what = signal === null ? `exited ${code ?? '?'}` : `died of ${signal}`;
          resolve({ what, stderr });
        });
      }),
    kill: () => {
      // The whole of its group: an engine can be a program of its own.
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    },
  };
}

/** The sibling file with this file's own extension: .ts from src/, .js from dist/. */
function forkWorker(): ChildProcess {
  const worker = new URL(`./load-worker${extname(import.meta.url)}`, import.meta.url);
  return fork(worker, {
    // A session of its own: the terminal's Ctrl-C goes to the parent alone, from the very first moment.
    detached: true,
    execArgv: [],
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function startMessage(options: LoadOptions): ToLoadProcess {
  const { spec, targets, runStartNs, ledgerPath } = options;
  return { type: 'start', spec, targets, runStartNs: String(runStartNs), ledgerPath };
}
