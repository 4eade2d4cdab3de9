/** One thing that a run must be allowed to do, in the terms of Kubernetes' RBAC. */
export interface AccessRight {
  /** API group; empty for the core group. */
  readonly group: string;
  /** Plural, with the subresource where there is one: `pods`, `pods/log`. */
  readonly resource: string;
  readonly verb: string;
  /** `null`: of the whole cluster, or of something that lives outside of namespaces. */
  readonly namespace: string | null;
  /** Where the right is needed for one object only. */
  readonly name?: string;
}
