import { execa } from 'execa';
import { DrainbenchError } from '../model/drainbench-error.ts';

/**
 * Absolute paths of the shared libraries a program is loaded with, its loader among them; none for a static one.
 * Throws `library-missing` when the host itself could not run it.
 *
 * @param folders where libraries are looked for before the host's own places
 */
export async function sharedLibraries(
  program: string,
  folders: readonly string[] = [],
): Promise<readonly string[]> {
  const { stdout, stderr, exitCode } = await execa('ldd', [program], {
    reject: false,
    env: { LC_ALL: 'C', ...(folders.length > 0 && { LD_LIBRARY_PATH: folders.join(':') }) },
  });
  if (/not a dynamic executable|statically linked/.test(stdout + stderr)) return [];
  const lines = stdout.split('\n').map((line) => line.trim());
  const missing = lines.filter((line) => line.endsWith('=> not found'));
  if (exitCode !== 0 || missing.length > 0) {
    throw new DrainbenchError({
      code: 'library-missing',
      message: `The shared libraries of ${program} cannot be found.`,
      expected: 'every library in place',
      found: missing.length > 0 ? missing.join('; ') : stderr,
      fix: `make this print no error: ldd ${program}`,
      command: `ldd ${program}`,
    });
  }
  // "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)" or, for the loader, "/lib64/ld-linux-x86-64.so.2 (0x…)".
  return lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? []);
}
