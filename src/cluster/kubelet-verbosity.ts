/** What a kubelet logs so that it tells of a Pod's end, its hooks and its probes: a line each. */
export const KUBELET_VERBOSITY = {
  v: 2,
  vmodule: { kubelet: 4, kuberuntime_container: 3, prober: 3 },
} as const;
