import { basename, dirname, join } from 'node:path/posix';

/** What the runtimes give a container whose image says nothing of it. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** As many as the kernel follows in one path. */
const MAX_LINKS = 40;

/** One thing in a container's file system, links not followed. */
export type FileFact =
  | { readonly kind: 'file'; readonly executable: boolean }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder' | 'other' };

/** Tells what stands at an absolute path of the container; `null` where nothing does. Links are not followed. */
export type LookAt = (path: string) => Promise<FileFact | null>;

/** What of some programs was not found in a container. */
export interface MissingPrograms {
  readonly missing: readonly string[];
  /** The PATH on which those without a slash were looked for. */
  readonly path: string;
  /** Missing program → an executable file of that name in the usual folders, which the container has all the same. */
  readonly elsewhere: Readonly<Record<string, string>>;
}

/**
 * Which of these programs cannot be started in a container: no executable file of that name on its PATH (or at that
 * path). `sleep` is no program of its own where the shell is BusyBox, which has it inside.
 */
export async function findMissing(
  programs: readonly string[],
  path: string,
  look: LookAt,
): Promise<MissingPrograms> {
  const found = new Map<string, string | null>();
  for (const program of programs) found.set(program, await findProgram(program, path, look));
  const busybox = [...found.values()].some((file) => file !== null && basename(file) === 'busybox');
  const missing = programs.filter(
    (program) => found.get(program) === null && !(busybox && program === 'sleep'),
  );
  const elsewhere: Record<string, string> = {};
  for (const program of missing) {
    const file = await findProgram(basename(program), DEFAULT_PATH, look);
    if (file !== null) elsewhere[program] = file;
  }
  return { missing, path, elsewhere };
}

/** The absolute paths at which a program is looked for, in that order. */
export function candidatesFor(program: string, path: string): readonly string[] {
  return program.includes('/')
    ? [join('/', program)]
    : path.split(':').map((folder) => join('/', folder, program));
}

/** The file that would be run, links followed. */
async function findProgram(program: string, path: string, look: LookAt): Promise<string | null> {
  for (const candidate of candidatesFor(program, path)) {
    const file = await resolveLinks(candidate, look);
    if (file === null) continue;
    const fact = await look(file);
    if (fact?.kind === 'file' && fact.executable) return file;
  }
  return null;
}

/** Follows links as a process of the container would: an absolute one begins at its root. `null` where nothing is. */
async function resolveLinks(path: string, look: LookAt): Promise<string | null> {
  let rest = path.split('/').filter((part) => part !== '');
  let at = '/';
  for (let links = 0; rest.length > 0;) {
    const [part = '', ...others] = rest;
    rest = others;
    const next = part === '..' ? dirname(at) : join(at, part);
    const fact = await look(next);
    if (fact === null) return null;
    if (fact.kind !== 'link') {
      at = next;
      continue;
    }
    if (++links > MAX_LINKS) return null;
    if (fact.target.startsWith('/')) at = '/';
    rest = [...fact.target.split('/').filter((each) => each !== ''), ...rest];
  }
  return at;
}
