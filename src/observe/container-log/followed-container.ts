import type { ContainerCgroup } from './container-cgroup.ts';

/** One life of a container, whose log is kept. */
export interface FollowedContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly name: string;
  /** Which of the container's lives in its Pod: the first is 0. */
  readonly restarts: number;
  /** Path of the file that its log is written to. */
  readonly file: string;
  /** Path, on the harness host, of the file that the container runtime writes; `null`: there is no way to it. */
  readonly nodeFile: string | null;
  /** Its cgroup, where that can be seen from here. */
  readonly cgroup: Promise<ContainerCgroup | null>;
  /** Set from outside once the container is known to have ended, or its Pod to be gone: its log ends then too. */
  over: boolean;
  /** Set from outside once the container itself was said to have ended: after a force deletion it may live on. */
  exited: boolean;
  /** Set from outside once the container was started anew: what is left of this life is the previous log. */
  superseded: boolean;
}
