import { DrainbenchError } from '../../model/drainbench-error.ts';
import { requireLinux } from '../require-linux.ts';

/** The embedded driver makes namespaces, mounts and cgroups: on Linux, as root. */
export function requireRoot(): void {
  requireLinux();
  if (process.geteuid?.() === 0) return;
  throw new DrainbenchError({
    code: 'root-needed',
    message: 'the embedded cluster needs root: it makes namespaces, mounts and cgroups',
    expected: 'uid 0',
    found: `uid ${process.geteuid?.() ?? '?'}`,
    fix: `sudo ${['npx', 'drainbench', ...process.argv.slice(2)].join(' ')}`,
  });
}
