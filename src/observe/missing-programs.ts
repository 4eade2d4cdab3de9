import { lstat, readFile, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What the runtimes give a container whose image says nothing of it. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** As many as the kernel follows in one path. */
const MAX_LINKS = 40;

/**
 * Which of these programs cannot be started in the container of process `pid`: no executable file of that name on its
 * PATH (or at that path), as the process sees the file system. `null` where that cannot be looked at. `sleep` is no
 * program of its own where the shell is BusyBox, which has it inside.
 */
export async function missingPrograms(
  pid: number,
  programs: readonly string[],
): Promise<readonly string[] | null> {
  if (programs.length === 0) return [];
  const root = `/proc/${pid}/root`;
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    const path = /(?:^|\0)PATH=([^\0]*)/.exec(environment)?.[1] ?? DEFAULT_PATH;
    await lstat(join(root, '/'));
    const found = new Map<string, string | null>();
    for (const program of programs) found.set(program, await findProgram(root, program, path));
    const busybox = [...found.values()].some((file) => file !== null && basename(file) === 'busybox');
    return programs.filter((program) => found.get(program) === null && !(busybox && program === 'sleep'));
  } catch {
    return null; // EACCES; ENOENT or ESRCH where the process is gone
  }
}

/** The file that would be run, links followed, as a path inside of `root`. */
async function findProgram(root: string, program: string, path: string): Promise<string | null> {
  const candidates = program.includes('/')
    ? [join('/', program)]
    : path.split(':').map((folder) => join('/', folder, program));
  for (const candidate of candidates) {
    const file = await resolveInside(root, candidate);
    if (file === null) continue;
    const stat = await lstat(join(root, file));
    if (stat.isFile() && (stat.mode & 0o111) !== 0) return file;
  }
  return null;
}

/**
 * Follows links as a process with that root would: an absolute one begins at its root, which is not ours. `null` where
 * there is nothing.
 */
async function resolveInside(root: string, path: string): Promise<string | null> {
  let rest = path.split('/').filter((part) => part !== '');
  let at = '/';
  for (let links = 0; rest.length > 0;) {
    const [part = '', ...others] = rest;
    rest = others;
    const next = part === '..' ? dirname(at) : join(at, part);
    const stat = await lstat(join(root, next)).catch(ignoreAbsence);
    if (stat === null) return null;
    if (!stat.isSymbolicLink()) {
      at = next;
      continue;
    }
    if (++links > MAX_LINKS) return null;
    const target = await readlink(join(root, next));
    if (target.startsWith('/')) at = '/';
    rest = [...target.split('/').filter((each) => each !== ''), ...rest];
  }
  return at;
}

function ignoreAbsence(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}
