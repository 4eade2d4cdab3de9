import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isErrno } from '../../model/errno.ts';
import { cgroupRootName } from './state-directory.ts';

/** The cgroup hierarchies of this machine that a box needs: one per controller on v1, a single one on v2. */
export interface CgroupLayout {
  readonly version: 1 | 2;
  /** Mount points whose controllers a box uses. */
  readonly hierarchies: readonly string[];
  /** Every mount point: beside v1 controllers the kubelet also makes folders in a v2 hierarchy that has none. */
  readonly all: readonly string[];
}

const V2_CONTROLLERS = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids'];

/** Reads the layout from /proc/mounts. With v1 controllers mounted (also beside a v2 "unified" one) it is v1. */
export function cgroupLayout(mounts = readFileSync('/proc/mounts', 'utf8')): CgroupLayout {
  const entries = mounts.split('\n').map((line) => line.split(' '));
  const points = (type: string) =>
    entries.filter((entry) => entry[2] === type).map((entry) => entry[1] ?? '');
  const v1 = points('cgroup').filter((point) => point.startsWith('/sys/fs/cgroup/'));
  const v2 = points('cgroup2').filter((point) => point.startsWith('/sys/fs/cgroup'));
  const all = [...new Set([...v1, ...v2])];
  return v1.length > 0
    ? { version: 1, hierarchies: [...new Set(v1)], all }
    : { version: 2, hierarchies: v2, all };
}

/** Absolute cgroup path (as in `cgroupRoot`) of one part of a box: a node's name, or `system` for the components. */
export function cgroupPath(boxId: string, part: string): string {
  return `/${cgroupRootName()}/${boxId}/${part}`;
}

/** The folders of one part of a box in every hierarchy, for `cgroup.procs`. */
export function cgroupFolders(layout: CgroupLayout, boxId: string, part: string): string[] {
  return layout.hierarchies.map((hierarchy) => join(hierarchy, cgroupRootName(), boxId, part));
}

/** Makes the cgroups of a box. On v1 a cpuset must be given CPUs before a process can enter it. */
export async function createCgroups(
  layout: CgroupLayout,
  boxId: string,
  parts: readonly string[],
): Promise<void> {
  const root = cgroupRootName();
  for (const hierarchy of layout.hierarchies) {
    if (layout.version === 2) await delegateControllers(hierarchy);
    for (const level of [[root], [root, boxId], ...parts.map((part) => [root, boxId, part])]) {
      const folder = join(hierarchy, ...level);
      await mkdir(folder, { recursive: true });
      if (layout.version === 1) await inheritCpuset(folder);
      else if (level.at(-1) !== 'system') await delegateControllers(folder);
    }
  }
}

/** Removes what is left of a box's cgroups, deepest first. The processes in them must be gone. */
export async function removeCgroups(layout: CgroupLayout, boxId: string): Promise<void> {
  for (const hierarchy of layout.all) {
    await removeTree(join(hierarchy, cgroupRootName(), boxId));
    await rmdir(join(hierarchy, cgroupRootName())).catch(unlessErrno('ENOENT', 'EBUSY', 'ENOTEMPTY'));
  }
}

/** The ids of all boxes that have cgroups, alive or not. */
export async function listCgroupBoxes(layout: CgroupLayout): Promise<string[]> {
  const ids = new Set<string>();
  for (const hierarchy of layout.all) {
    const root = join(hierarchy, cgroupRootName());
    if (!existsSync(root)) continue;
    const entries = await readdir(root, { withFileTypes: true });
    for (const entry of entries) if (entry.isDirectory()) ids.add(entry.name);
  }
  return [...ids];
}

export interface CgroupProcesses {
  readonly pids: readonly number[];
  /** There are others, which have no pid in this PID namespace: on cgroup v2 the kernel tells a 0 of each. */
  readonly foreign: boolean;
}

/** All processes in a box's cgroups. */
export async function listCgroupProcesses(layout: CgroupLayout, boxId: string): Promise<CgroupProcesses> {
  const pids = new Set<number>();
  for (const hierarchy of layout.all) {
    const root = join(hierarchy, cgroupRootName(), boxId);
    const below = await foldersBelow(root);
    for (const folder of below) {
      const procs = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(emptyIfGone);
      for (const pid of procs.split('\n')) if (pid !== '') pids.add(Number(pid));
    }
  }
  const foreign = pids.delete(0);
  return { pids: [...pids], foreign };
}

/** Whatever of a box's folders is there. Folders go while they are read when another command removes the same box. */
async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error;
    return [];
  });
  const children = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  return [folder, ...(await Promise.all(children.map(foldersBelow))).flat()];
}

async function delegateControllers(folder: string): Promise<void> {
  const available = (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).trim().split(' ');
  const wanted = V2_CONTROLLERS.filter((controller) => available.includes(controller));
  if (wanted.length === 0) return;
  await writeFile(
    join(folder, 'cgroup.subtree_control'),
    wanted.map((controller) => `+${controller}`).join(' '),
  );
}

async function inheritCpuset(folder: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const path = join(folder, file);
    if (!existsSync(path) || (await readFile(path, 'utf8')).trim() !== '') continue;
    await writeFile(path, await readFile(join(folder, '..', file), 'utf8'));
  }
}

async function removeTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdir(folder).catch(unlessErrno('ENOENT'));
}

/** ENODEV: the cgroup was removed after its file was opened. Whatever else keeps us from reading hides processes. */
function emptyIfGone(error: unknown): string {
  if (isErrno(error, 'ENOENT', 'ENODEV')) return '';
  throw error;
}

function unlessErrno(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!isErrno(error, ...codes)) throw error;
  };
}
