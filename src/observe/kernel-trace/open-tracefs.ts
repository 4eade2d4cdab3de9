import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

/** The kernel's trace file system, as far as it can be reached. */
export interface Tracefs {
  /** Holds `instances/` and `events/`. */
  readonly path: string;
  close(): Promise<void>;
}

const USUAL_PLACE = '/sys/kernel/tracing';

/**
 * Opens tracefs where it is mounted. Where it is not, a child process mounts it in a mount namespace of its own, and
 * we look in through /proc/PID/root: the host's mounts stay as they were, and the child ends with us, whatever way we
 * end. Rejects with the reason where neither works.
 */
export async function openTracefs(mounts = readFileSync('/proc/mounts', 'utf8')): Promise<Tracefs> {
  const mounted = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , type]) => type === 'tracefs')?.[1];
  return mounted === undefined ? mountPrivately() : { path: mounted, close: () => Promise.resolve() };
}

/** `cat` waits for the end of its input, which comes when we close it or die. */
const MOUNT = `mount -t tracefs tracefs ${USUAL_PLACE} && echo mounted && exec cat`;

async function mountPrivately(): Promise<Tracefs> {
  // Detached: Ctrl-C in the terminal must not take the mount away before the instance is removed.
  const child = spawn('unshare', ['--mount', 'sh', '-c', MOUNT], { detached: true });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const said = text(child.stderr);
  const mounted = await new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', () => resolve(true));
    child.stdout.once('end', () => resolve(false));
  });
  if (!mounted || child.pid === undefined)
    throw new Error((await said).trim() || 'tracefs cannot be mounted');
  return {
    path: `/proc/${child.pid}/root${USUAL_PLACE}`,
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
