import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync, readlinkSync } from 'node:fs';
import { copyFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { shellWord } from '../../model/shell-word.ts';
import type { BoxPaths } from './box-paths.ts';
import { identifyProcess, type ProcessIdentity } from '../../model/process-identity.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Makes a box's namespaces and starts its init, which reaps children and does nothing else: when it ends, the kernel
 * kills every process in the box and with them go all mounts, links and network namespaces. `pauseBinary` is the
 * static program used for it.
 */
export async function startInit(
  paths: BoxPaths,
  pauseBinary: string,
  cgroupFolders: readonly string[],
  signal: AbortSignal,
): Promise<ProcessIdentity> {
  await copyFile(pauseBinary, paths.init);
  await chmod(paths.init, 0o700);
  const log = openSync(join(paths.logs, 'init.log'), 'a');
  const command = [
    '--pid',
    '--fork',
    '--kill-child',
    '--mount',
    '--mount-proc',
    '--net',
    '--ipc',
    '--uts',
    '--',
  ];
  const outer = spawn('sh', ['-c', enterCgroups(cgroupFolders, ['unshare', ...command, paths.init])], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  outer.unref();
  await once(outer, 'spawn');
  const outerPid = outer.pid;
  if (outerPid === undefined) throw new Error('spawned without a pid');
  try {
    return await waitUntil('the init of the box', () => findInit(outerPid, paths.init, outer.exitCode), {
      timeoutMs: 10_000,
      intervalMs: 5,
      signal,
    });
  } catch (error) {
    outer.kill('SIGKILL');
    throw new DrainbenchError({
      code: 'box-init-failed',
      message: 'the namespaces of the box could not be made',
      command: `unshare ${command.join(' ')} true`,
      detail: readFileSync(join(paths.logs, 'init.log'), 'utf8').trim(),
      fix: 'drainbench doctor',
      cause: error,
    });
  }
}

/** A shell line that moves itself into the given cgroups and then becomes `command`. */
export function enterCgroups(folders: readonly string[], command: readonly string[]): string {
  const moves = folders.map((folder) => `echo $$ > ${shellWord(join(folder, 'cgroup.procs'))}`);
  return ['set -e', ...moves, `exec ${command.map(shellWord).join(' ')}`].join('\n');
}

function findInit(outerPid: number, binary: string, exitCode: number | null): ProcessIdentity | null {
  if (exitCode !== null) throw new Error(`unshare exited ${exitCode}`);
  try {
    const child = readFileSync(`/proc/${outerPid}/task/${outerPid}/children`, 'utf8').trim();
    if (child === '' || readlinkSync(`/proc/${child}/exe`) !== binary) return null;
    return identifyProcess(Number(child));
  } catch {
    return null; // between fork and exec
  }
}
