import { arch, cpus, release, totalmem } from 'node:os';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

import type { RunManifest } from '../model/run-manifest.ts';

/** The machine that a run was measured on. */
export async function hostFacts(): Promise<RunManifest['host']> {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const processors = cpus();
  return {
    os: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? process.platform,
    kernel: release(),
    arch: arch(),
    cpuModel: processors[0]?.model ?? 'unknown',
    cpus: processors.length,
    memoryBytes: totalmem(),
    bootId: await readBootId(),
  };
}

/** State of the checkout that the run was started in; `null` outside of one. */
export async function gitState(): Promise<RunManifest['git']> {
  const [head, status] = await Promise.all([
    execa('git', ['rev-parse', 'HEAD'], { reject: false }),
    execa('git', ['status', '--porcelain'], { reject: false }),
  ]);
  return head.exitCode === 0 ? { commit: head.stdout, dirty: status.stdout !== '' } : null;
}

/** Changes with every boot of this machine. */
export async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}
