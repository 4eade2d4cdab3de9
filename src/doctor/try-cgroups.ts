import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes and removes a cgroup in each named v1 hierarchy. Returns controller → why it failed; empty when all work.
 * Synchronous on purpose: an interrupt cannot come between making and removing.
 */
export function tryCgroupV1(
  mounts: ReadonlyMap<string, string>,
  needed: readonly string[],
): Map<string, string> {
  const failures = new Map<string, string>();
  for (const controller of needed) {
    const mountPoint = mounts.get(controller);
    if (mountPoint === undefined) failures.set(controller, 'not mounted');
    else {
      const failure = inCgroup(mountPoint, () => null);
      if (failure !== null) failures.set(controller, failure);
    }
  }
  return failures;
}

/**
 * The same for v2: the root's subtree must hand each controller down, so those it does not yet hand down are
 * switched on for the try and off again.
 */
export function tryCgroupV2(root: string, needed: readonly string[]): Map<string, string> {
  const failures = new Map<string, string>();
  const control = join(root, 'cgroup.subtree_control');
  const offered = wordsIn(join(root, 'cgroup.controllers'));
  const handedDown = wordsIn(control);
  for (const controller of needed) {
    if (!offered.includes(controller)) {
      failures.set(controller, 'not in cgroup.controllers');
      continue;
    }
    const switchOn = !handedDown.includes(controller);
    try {
      if (switchOn) writeFileSync(control, `+${controller}`);
      const failure = inCgroup(root, (made) =>
        wordsIn(join(made, 'cgroup.controllers')).includes(controller)
          ? null
          : 'not handed down to a child cgroup',
      );
      if (failure !== null) failures.set(controller, failure);
    } catch (error) {
      failures.set(controller, reasonOf(error));
    } finally {
      if (switchOn) switchOff(control, controller);
    }
  }
  return failures;
}

function switchOff(control: string, controller: string): void {
  try {
    writeFileSync(control, `-${controller}`);
  } catch {
    // Never switched on, or somebody below uses it by now and it is not ours to take away.
  }
}

function inCgroup(parent: string, look: (made: string) => string | null): string | null {
  const made = join(parent, `drainbench-doctor-${process.pid}`);
  try {
    mkdirSync(made);
  } catch (error) {
    return reasonOf(error);
  }
  try {
    return look(made);
  } finally {
    rmdirSync(made);
  }
}

function wordsIn(file: string): string[] {
  return readFileSync(file, 'utf8').trim().split(/\s+/);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
