import { DrainbenchError } from '../model/drainbench-error.ts';

/**
 * Processes are known by /proc, clocks by Linux' monotonic one: clusters are made and measured on Linux only, whichever
 * the driver. Throws `linux-needed`.
 */
export function requireLinux(): void {
  if (process.platform === 'linux') return;
  throw new DrainbenchError({
    code: 'linux-needed',
    message: 'drainbench makes clusters and measures on Linux only; reports are made anywhere',
    found: process.platform,
    fix: 'run it on a Linux machine, or in a virtual machine with Linux',
  });
}
