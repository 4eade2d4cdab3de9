import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerEntry } from './layer-entry.ts';
import { sharedLibraries } from './shared-libraries.ts';

export interface ProgramInput {
  /** Programs to take from this host's PATH; several names of one file become links to it. */
  readonly commands: readonly string[];
  /** Programs by absolute path, each to be found under its own name. */
  readonly programs?: readonly string[];
  /** Files and folders that the programs open by a fixed path while they run; taken as they are where they exist. */
  readonly data?: readonly string[];
}

export interface ProgramLayer {
  readonly entries: readonly LayerEntry[];
  /** Commands that this host does not have. */
  readonly missing: readonly string[];
}

const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
/** Where they are found in the image. */
const BIN = '/usr/bin';

/** Programs of this host with the shared libraries they are loaded with. What the host lacks is left out, and named. */
export async function programLayer({
  commands,
  programs = [],
  data = [],
}: ProgramInput): Promise<ProgramLayer> {
  const missing: string[] = [];
  const files = new Map<string, string>();
  const entries: LayerEntry[] = [];
  const firstNames = new Map<string, string>();
  for (const command of commands) {
    const source = await find(command);
    if (source === null) {
      missing.push(command);
      continue;
    }
    const first = firstNames.get(source);
    if (first === undefined) {
      firstNames.set(source, command);
      files.set(`${BIN}/${command}`, source);
    } else entries.push({ kind: 'link', path: `${BIN}/${command}`, target: first });
  }
  for (const program of programs) files.set(`${BIN}/${program.slice(program.lastIndexOf('/') + 1)}`, program);
  for (const path of data) for (const file of await filesBelow(path)) files.set(file, file);
  for (const source of new Set(files.values())) {
    for (const library of await sharedLibraries(source)) files.set(library, library);
  }
  for (const [path, source] of files) entries.push({ kind: 'file', path, source });
  return { entries, missing };
}

async function find(command: string): Promise<string | null> {
  for (const folder of FOLDERS) {
    const path = await realpath(join(folder, command)).catch(() => null);
    if (path !== null) return path;
  }
  return null;
}

/** The files of a folder, a file itself, nothing where there is neither. */
async function filesBelow(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? [path] : [];
  }
}
