import type { AccessRight } from '../../model/access-right.ts';

export interface RbacInput {
  readonly rights: readonly AccessRight[];
  /** Of the roles and bindings. */
  readonly name: string;
  readonly serviceAccount: { readonly name: string; readonly namespace: string };
  /** The namespace that the rights are limited to; `null`: they are needed in every namespace. */
  readonly namespace: string | null;
}

/** A rule of a Role, with what it is for. */
interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** The ServiceAccount, the role with exactly these rights, and the binding of the two, as plain objects. */
export function rbacObjects({ rights, name, serviceAccount, namespace }: RbacInput): object[] {
  const scope = namespace === null ? 'ClusterRole' : 'Role';
  const metadata = { name, ...(namespace !== null && { namespace }), labels: LABELS };
  const group = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...serviceAccount, labels: LABELS } },
    { apiVersion: `${group}/v1`, kind: scope, metadata, rules: rulesOf(rights) },
    {
      apiVersion: `${group}/v1`,
      kind: `${scope}Binding`,
      metadata,
      roleRef: { apiGroup: group, kind: scope, name },
      subjects: [{ kind: 'ServiceAccount', ...serviceAccount }],
    },
  ];
}

/** Of the permissions only: what a run makes carries other labels. */
const LABELS = { 'app.kubernetes.io/part-of': 'drainbench' };

function rulesOf(rights: readonly AccessRight[]): RbacRule[] {
  const rules = new Map<string, RbacRule>();
  for (const { group, resource, verb, name } of rights) {
    const key = [group, resource, name].join(' ');
    const rule = rules.get(key) ?? {
      apiGroups: [group],
      resources: [resource],
      ...(name !== undefined && { resourceNames: [name] }),
      verbs: [],
    };
    rules.set(key, { ...rule, verbs: [...rule.verbs, verb] });
  }
  return [...rules.values()];
}
