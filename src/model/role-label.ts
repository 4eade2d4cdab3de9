/** Label of Pods that are no part of the workload, though in its namespace: its value is what they are for. */
export const ROLE_LABEL = 'drainbench.dev/role';
