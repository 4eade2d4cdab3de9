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

/**
 * The ServiceAccount, the role with exactly these rights, and the binding of the two, as plain objects. Rights to what
 * is in no namespace make a role of the cluster, beside that of the one namespace.
 */
export function rbacObjects({ rights, name, serviceAccount, namespace }: RbacInput): object[] {
  const everywhere = rights.filter((right) => right.namespace === null);
  const within = rights.filter((right) => right.namespace !== null);
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { ...serviceAccount, labels: LABELS },
  };
  const subjects = [{ kind: 'ServiceAccount', ...serviceAccount }];
  // Roles of the cluster that are for several namespaces must not take each other's subjects.
  const clusterName = namespace === null ? name : `${name}-${namespace}`;
  return [
    account,
    ...(within.length > 0 && namespace !== null
      ? roleWithBinding('Role', { name, namespace }, within, subjects)
      : []),
    ...(everywhere.length > 0
      ? roleWithBinding('ClusterRole', { name: clusterName }, everywhere, subjects)
      : []),
  ];
}

const GROUP = 'rbac.authorization.k8s.io';

function roleWithBinding(
  kind: 'Role' | 'ClusterRole',
  named: { readonly name: string; readonly namespace?: string },
  rights: readonly AccessRight[],
  subjects: readonly object[],
): object[] {
  const metadata = { ...named, labels: LABELS };
  const roleRef = { apiGroup: GROUP, kind, name: named.name };
  return [
    { apiVersion: `${GROUP}/v1`, kind, metadata, rules: rulesOf(rights) },
    { apiVersion: `${GROUP}/v1`, kind: `${kind}Binding`, metadata, roleRef, subjects },
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
