import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A process that is read from and that ends with us, whatever way we end. */
export interface BoundProcess {
  /** Must be read: only then is the end told. */
  readonly stdout: Readable;
  readonly ended: Promise<ProcessEnd>;
  /** Kills it, with everything it started. */
  stop(): Promise<ProcessEnd>;
}

export interface ProcessEnd {
  /** `stop` ended it; otherwise it ended by itself, or somebody else killed it. */
  readonly killed: boolean;
  /** There is no such command: it will not be there next time either. */
  readonly notFound: boolean;
  /** In words, with the last line of its standard error. */
  readonly reason: string;
}

/**
 * The command and all it starts form a process group: `nsenter` enters a pid namespace by a child, which would live
 * on. The shell that leads the group waits for the end of its input in the background, which comes when we end or
 * die, and kills the group. Background jobs lose their input, hence descriptor 3.
 */
const BIND =
  'exec 3<&0; "$@" </dev/null & command=$!; (read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 & wait $command';

/** What a shell ends with, and nsenter. */
const NOT_FOUND = 127;

/** Starts a command that writes lines until it is stopped. */
export function startBoundProcess(command: readonly [string, ...string[]]): BoundProcess {
  const child = spawn('sh', ['-c', BIND, 'sh', ...command], { detached: true });
  let lastError = '';
  let stopping = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastError = (lastError + text).slice(-2000);
  });
  child.stdin.on('error', () => undefined); // EPIPE: it is gone already, which `ended` tells
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('error', (error) => resolve({ killed: false, notFound: false, reason: error.message }));
    child.once('exit', (code, signal) => {
      // Lets the waiting shell go, and with it the last holder of standard error.
      child.stdin.destroy();
      const end = signal ?? code ?? 'no code';
      child.once('close', () => {
        const said = lastError.trim().split('\n').at(-1) ?? '';
        const reason = `${command.join(' ')}: ended with ${end}${said === '' ? '' : `: ${said}`}`;
        resolve({ killed: stopping && signal === 'SIGKILL', notFound: code === NOT_FOUND, reason });
      });
    });
  });
  return {
    stdout: child.stdout,
    ended,
    stop: () => {
      stopping ||= child.exitCode === null && child.signalCode === null;
      child.stdin.destroy();
      return ended;
    },
  };
}
