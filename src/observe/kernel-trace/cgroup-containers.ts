import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ContainerRef } from '../../model/history-event.ts';
import { containerOfCgroup } from './container-of-cgroup.ts';

/** A container's folder in one cgroup hierarchy. */
export interface CgroupContainer {
  readonly container: ContainerRef;
  readonly folder: string;
}

/**
 * The folders in which kubelets keep their Pods (`kubepods`, `kubepods.slice`, `kubelet-kubepods.slice`), wherever
 * they are. Controllers on v1 have the same tree each: a folder that several hierarchies hold is given once.
 */
export async function findKubepods(mounts = readFileSync('/proc/mounts', 'utf8')): Promise<string[]> {
  const found = new Map<string, string>();
  for (const hierarchy of hierarchies(mounts)) {
    for (const folder of await walk(hierarchy, isKubepods)) {
      const inside = folder.slice(hierarchy.length);
      if (!found.has(inside)) found.set(inside, folder);
    }
  }
  return [...found.values()];
}

/** Every container that has a cgroup below these folders now. */
export async function listCgroupContainers(kubepods: readonly string[]): Promise<CgroupContainer[]> {
  const found: CgroupContainer[] = [];
  for (const root of kubepods) {
    for (const folder of await walk(root, (path) => containerOfCgroup(path) !== null)) {
      const container = containerOfCgroup(folder);
      if (container !== null) found.push({ container, folder });
    }
  }
  return found;
}

/** Pids of a container's processes, as the reader's pid namespace numbers them; none once the cgroup is gone. */
export async function listCgroupPids(folder: string): Promise<number[]> {
  // ENODEV: removed between open and read.
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((pid) => pid !== '' && pid !== '0')
    .map(Number);
}

/**
 * Where a cgroup is found that the kernel names by its path from a hierarchy's root: the part below the kubelet's own
 * folder is the same in all of them. `null` where that kubelet is none of these.
 */
export function folderOfCgroup(kubepods: readonly string[], path: string): string | null {
  const own = /^.*\/(?:[a-z-]+-)?kubepods(?:\.slice)?(?=\/)/.exec(path)?.[0];
  if (own === undefined) return null;
  // The kubelet of a cluster inside of another one has a longer way to the same end.
  const [root] = kubepods.filter((folder) => folder.endsWith(own)).toSorted((a, b) => a.length - b.length);
  return root === undefined ? null : root + path.slice(own.length);
}

function hierarchies(mounts: string): string[] {
  const points = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, point]) => point ?? '');
  return [...new Set(points)];
}

function isKubepods(folder: string): boolean {
  return /\/(?:[a-z-]+-)?kubepods(?:\.slice)?$/.test(folder);
}

/** Folders below `root` for which `isWanted` holds; their own insides are not looked at. */
async function walk(root: string, isWanted: (folder: string) => boolean): Promise<string[]> {
  // Cgroups come and go while we look.
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const folder = join(root, entry.name);
    if (isWanted(folder)) found.push(folder);
    else found.push(...(await walk(folder, isWanted)));
  }
  return found;
}
