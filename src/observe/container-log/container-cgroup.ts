import { access } from 'node:fs/promises';

import { isErrno } from '../../model/errno.ts';
import { listCgroupContainers } from '../kernel-trace/cgroup-containers.ts';

/** The cgroup of a container that runs on this kernel. */
export class ContainerCgroup {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** `null`: it cannot be seen here, or its container has ended already. `kubepods`: as `findKubepods` gives them. */
  static async find(kubepods: readonly string[], containerId: string): Promise<ContainerCgroup | null> {
    const found = await listCgroupContainers(kubepods);
    const folder = found.find(({ container }) => container.containerId === containerId)?.folder;
    return folder === undefined ? null : new ContainerCgroup(folder);
  }

  /** The container has ended, and its runtime has deleted it: the cgroup that was there is no more. */
  async isGone(): Promise<boolean> {
    try {
      await access(this.#folder);
      return false;
    } catch (error) {
      return isErrno(error, 'ENOENT');
    }
  }
}
