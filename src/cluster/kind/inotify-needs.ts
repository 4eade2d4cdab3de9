/** The least that kind's nodes need of the kernel's limits a user, by their names below fs.inotify. */
export const INOTIFY_NEEDS = {
  /** 128, the kernel's default, made kube-proxy of a three-node cluster fail: "too many open files". */
  max_user_instances: 512,
  /** A three-node cluster takes 550, counted; old kernels' default of 8192 is enough, less may be for other programs. */
  max_user_watches: 8192,
} as const;
