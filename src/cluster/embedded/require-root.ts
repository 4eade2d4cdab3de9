import { DrainbenchError } from '../../model/drainbench-error.ts';

/** The embedded driver makes namespaces, mounts and cgroups: on Linux, as root. */
export function requireRoot(): void {
  if (process.platform !== 'linux') {
    throw new DrainbenchError({
      code: 'linux-needed',
      message: 'the embedded cluster runs on Linux only',
      found: process.platform,
      fix: 'use the kind driver: drainbench doctor',
    });
  }
  if (process.geteuid?.() === 0) return;
  throw new DrainbenchError({
    code: 'root-needed',
    message: 'the embedded cluster needs root: it makes namespaces, mounts and cgroups',
    expected: 'uid 0',
    found: `uid ${process.geteuid?.() ?? '?'}`,
    fix: `sudo ${['npx', 'drainbench', ...process.argv.slice(2)].join(' ')}`,
  });
}
