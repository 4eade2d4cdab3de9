import { kubectl } from '../../e2e/support/drainbench.ts';

const KINDS = 'namespaces,nodes,pods,services,deployments,replicasets,configmaps,secrets,serviceaccounts,persistentvolumeclaims,networkpolicies,poddisruptionbudgets,priorityclasses,clusterroles,clusterrolebindings'; // prettier-ignore

interface Listed {
  readonly kind: string;
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly uid: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly data?: unknown;
}

const isOurs = ({ metadata }: Listed) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'drainbench';

/** All objects of a box: those that say that they are a run's, and in one line each what the others are. */
export async function lookAtObjects(
  box: string,
): Promise<{ readonly ours: readonly string[]; readonly others: readonly string[] }> {
  const { items } = JSON.parse(await kubectl(box, 'get', KINDS, '-A', '-o', 'json')) as { items: readonly Listed[] }; // prettier-ignore
  const going = new Set(items.filter((item) => item.kind === 'Namespace' && isOurs(item)).map(({ metadata }) => metadata.name)); // prettier-ignore
  const title = ({ kind, metadata }: Listed) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  const ours = items.filter((item) => isOurs(item) || going.has(item.metadata.namespace ?? ''));
  const others = items
    .filter((item) => !ours.includes(item))
    .map((item) => {
      const { uid, generation, labels, annotations } = item.metadata;
      return JSON.stringify([title(item), uid, generation, labels, annotations, item.spec, item.data]);
    });
  return { ours: ours.map(title), others: others.toSorted() };
}
