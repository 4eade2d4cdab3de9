/** One thing that a run must be allowed to do, in the terms of Kubernetes' RBAC. */
export interface AccessRight {
  /** API group; empty for the core group. */
  readonly group: string;
  /** Plural, with the subresource where there is one: `pods`, `pods/log`. */
  readonly resource: string;
  readonly verb: string;
  /** `null`: in every namespace, or of something that lives outside of namespaces. */
  readonly namespace: string | null;
  /** Where the right is needed for one object only. */
  readonly name?: string;
  /** What the run does with it, e.g. `to remove the Pods`. */
  readonly why?: string;
  /** The run does without it, and says what that costs. */
  readonly optional?: true;
}
