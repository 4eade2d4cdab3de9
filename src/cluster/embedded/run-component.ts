import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import type { BoxPaths } from './box-paths.ts';
import type { ComponentSpec } from './components/component.ts';
import { enterBox } from './enter-box.ts';
import { isErrno } from '../../model/errno.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from '../../model/process-identity.ts';
import { enterCgroups } from './start-init.ts';

/** A component that was started by this process, which learns of its end. */
export interface RunningComponent {
  readonly name: string;
  readonly identity: ProcessIdentity;
  /** `null` while it runs. */
  exit(): ComponentExit | null;
}

export interface ComponentExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly afterMs: number;
}

/** Writes the configuration files of a component into the box's folder. */
export async function writeComponentFiles(paths: BoxPaths, spec: ComponentSpec): Promise<void> {
  for (const file of spec.files ?? []) {
    const path = join(paths.root, file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, file.content, { mode: 0o600 });
  }
}

/**
 * Starts a component inside the box, its output going to `logs/NAME.log`. It outlives this process. What is started is
 * `nsenter`, which waits for the component: its pid stands for it, its exit code is the component's.
 */
export async function runComponent(
  paths: BoxPaths,
  init: ProcessIdentity,
  cgroupFolders: readonly string[],
  spec: ComponentSpec,
): Promise<RunningComponent> {
  const log = openSync(componentLog(paths, spec.name), 'a');
  const startedAt = performance.now();
  let exit: ComponentExit | null = null;
  const child = spawn('sh', ['-c', enterCgroups(cgroupFolders, enterBox(init, spec.node, spec.command))], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...spec.env },
  });
  closeSync(log);
  child.once('exit', (code, signal) => {
    exit = { code, signal, afterMs: performance.now() - startedAt };
  });
  await once(child, 'spawn');
  child.unref();
  const identity = identifyProcess(child.pid ?? -1);
  if (identity === null) throw await componentFailure(paths, spec.name, exit);
  return { name: spec.name, identity, exit: () => exit };
}

/**
 * The component itself, which its waiting parent has started; `null` where that has ended, or has yet to start it. That
 * the parent waits says nothing of a component that outlived it.
 */
export function identifyComponent(parent: ProcessIdentity): ProcessIdentity | null {
  const [child] = childrenOf(parent.pid);
  return child === undefined || !isAlive(parent) ? null : identifyProcess(child);
}

/** Pids of the processes that a process has started and that are still there. */
export function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ESRCH')) throw error;
    return []; // gone meanwhile
  }
}

export function componentLog(paths: BoxPaths, name: string): string {
  return join(paths.logs, `${name}.log`);
}

/** The error for a component that ended although it should run, with the last lines of its log. */
export async function componentFailure(
  paths: BoxPaths,
  name: string,
  exit: ComponentExit | null,
): Promise<DrainbenchError> {
  const log = await readFile(componentLog(paths, name), 'utf8').catch(() => '');
  if (log.includes('no space left on device')) {
    return new DrainbenchError({
      code: 'disk-full',
      message: `${name}: no space left on device`,
      found: `the disk under ${paths.root} is full`,
      fix: 'free some space there, or set DRAINBENCH_STATE_DIR to a folder on another disk',
    });
  }
  const how =
    exit === null
      ? 'ended'
      : exit.signal === null
        ? `exited ${exit.code ?? '?'}`
        : `was killed by ${exit.signal}`;
  const after = exit === null ? '' : ` after ${(exit.afterMs / 1000).toFixed(1)} s`;
  return new DrainbenchError({
    code: 'component-failed',
    message: `${name.replace(/-(node\d+)$/, ' on $1')} ${how}${after}`,
    detail: log.trimEnd().split('\n').slice(-8).join('\n'),
    fix: `read ${componentLog(paths, name)}`,
  });
}
