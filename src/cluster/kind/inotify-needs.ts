/** The least that kind's nodes need of the kernel's limits a user, by their names below fs.inotify. */
export const INOTIFY_NEEDS = {
  /** 128, the kernel's default, made kube-proxy of a three-node cluster fail: "too many open files". */
  max_user_instances: 512,
  /** TODO */
  max_user_watches: 16_384,
} as const;
