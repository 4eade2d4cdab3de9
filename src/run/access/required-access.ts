import { DISRUPTION_KINDS } from '../../disrupt/disruption-kinds.ts';
import type { AccessRight } from '../../model/access-right.ts';
import type { Disruption, Scenario } from '../../model/scenario.ts';
import { buildManifests } from '../../workload/build-manifests.ts';
import type { KubeObject, StatefulSet } from '../../workload/kube-object.ts';
import { wantsInsideLoads } from '../../inside/inside-loads.ts';

export interface AccessInput {
  readonly scenario: Scenario;
  /** The objects of the user's manifest file, where the scenario names one. */
  readonly manifest: readonly KubeObject[];
  /** A namespace that is there; `null`: the run makes one of its own, whose name nobody knows beforehand. */
  readonly namespace: string | null;
}

/**
 * Everything that a run of this scenario must be allowed to do: the one table that `drainbench rbac` prints and that
 * the preflight asks the API server about.
 */
export function requiredAccess({ scenario, manifest, namespace }: AccessInput): AccessRight[] {
  const objects = scenario.spec.strategies.flatMap((strategy) => {
    const trial = { runId: 'run', trialId: 'trial', namespace: 'namespace', expiresAt: new Date(0) };
    return buildManifests({ scenario, strategy, trial, manifest }).objects;
  });
  const target = 'manifest' in scenario.spec.app ? scenario.spec.app.workload.kind : 'Deployment';
  const wanted = [
    ...OBSERVED,
    ...(scenario.spec.cluster.nodeAgent === 'always' ? AGENT : []),
    ...(wantsInsideLoads(scenario) ? INSIDE : []),
    ...HELD,
    ...objects.flatMap(ofObject),
    ...scenario.spec.disruptions.flatMap((spec) => ofDisruption(spec, target)),
    ...(scenario.spec.controls.churn ? ofDisruption({ type: 'churn' }, target) : []),
    // Controls ride along in every run: one of them kills Pods.
    ...ofDisruption({ type: 'force-delete' }, target),
  ];
  const inNamespace = wanted.map((right) => ({ ...right, namespace }));
  // Which nodes there are nobody tells who may see one namespace only.
  const nodes =
    scenario.spec.cluster.nodeAgent === 'always'
      ? rights('', 'nodes', ['list', 'watch'], 'to know which nodes an agent is for')
      : [];
  return unique([
    ...nodes.map((right) => ({ ...right, namespace: null })),
    ...ofNamespace(namespace),
    ...inNamespace,
  ]);
}

type Wanted = Omit<AccessRight, 'namespace'>;

function rights(group: string, resource: string, verbs: readonly string[], why: string): Wanted[] {
  return verbs.map((verb) => ({ group, resource, verb, why }));
}

const OBSERVED: readonly Wanted[] = [
  ...rights('', 'pods', ['list', 'watch'], 'to see the Pods of the run'),
  ...rights('discovery.k8s.io', 'endpointslices', ['list', 'watch'], 'to see when a Pod is taken out of rotation'), // prettier-ignore
  ...rights('', 'events', ['list', 'watch'], 'to see what the kubelet says'),
  ...rights('', 'pods/log', ['get'], "to follow the app's own stamps and ledger"),
];

const ISOLATED: readonly Wanted[] = rights('networking.k8s.io', 'networkpolicies', ['create', 'get', 'delete'], 'to let nobody connect to the loads and agents'); // prettier-ignore

const AGENT: readonly Wanted[] = [
  ...ISOLATED,
  ...rights('apps', 'daemonsets', ['create', 'get', 'delete'], 'to put an agent on each node'),
  ...rights('', 'pods/exec', ['create', 'get'], 'to talk to the agents'),
];

const INSIDE: readonly Wanted[] = [
  ...ISOLATED,
  ...rights('', 'pods', ['create', 'delete'], 'to put load on from a Pod'),
  ...rights('', 'pods/exec', ['create', 'get'], 'to run the load in it'),
];

const HELD: readonly Wanted[] = [
  ...rights('coordination.k8s.io', 'leases', ['get', 'create', 'update', 'delete'], 'to keep two runs out of one namespace'), // prettier-ignore
  ...rights('', 'pods', ['delete'], 'to remove the Pods of the run'),
];

/** What creating one of these brings into being besides, which the clean-up has to find and remove. */
const DEPENDENTS: Readonly<Record<string, readonly Wanted[]>> = {
  Deployment: rights('apps', 'replicasets', ['list', 'delete'], 'to remove what the Deployment made'),
  StatefulSet: rights('apps', 'controllerrevisions', ['list', 'delete'], 'to remove what the StatefulSet made'), // prettier-ignore
  DaemonSet: rights('apps', 'controllerrevisions', ['list', 'delete'], 'to remove what the DaemonSet made'),
};

function ofObject(object: KubeObject): Wanted[] {
  const { apiVersion = '', kind = '' } = object;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const claims = kind === 'StatefulSet' && (object as StatefulSet).spec?.volumeClaimTemplates !== undefined;
  return [
    ...rights(group, pluralOf(kind), ['create', 'get', 'delete'], `to create and remove the ${kind}`),
    ...(DEPENDENTS[kind] ?? []),
    ...(claims
      ? rights('', 'persistentvolumeclaims', ['list', 'delete'], 'to remove the claims of the StatefulSet')
      : []),
  ];
}

/** As the disruption itself says, with the objects that it makes besides. */
function ofDisruption(spec: Disruption, target: 'Deployment' | 'StatefulSet'): Wanted[] {
  const budget = 'maxUnavailable' in spec && spec.maxUnavailable !== undefined;
  return [
    ...DISRUPTION_KINDS[spec.type].rights
      // Nodes are changed on clusters of our own only, where nobody needs to ask.
      .filter(({ namespaced }) => namespaced)
      .flatMap(({ group, resource, verb }) => {
        const plural = resource === 'TARGET' ? pluralOf(target) : resource;
        return rights(group, plural, [verb], `for the disruption ${spec.type}`);
      }),
    ...(budget ? ofObject({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' }) : []),
  ];
}

/** Namespaces themselves. Reading one that is named needs no right beyond that namespace. */
function ofNamespace(namespace: string | null): AccessRight[] {
  if (namespace !== null) {
    const why = 'to tell this cluster from another one';
    return [{ group: '', resource: 'namespaces', verb: 'get', namespace, name: namespace, why }];
  }
  const everywhere = (wanted: readonly Wanted[]) => wanted.map((right) => ({ ...right, namespace: null }));
  return [
    ...everywhere(rights('', 'namespaces', ['create', 'delete'], "to make the run's own namespace")),
    {
      group: '',
      resource: 'namespaces',
      verb: 'get',
      namespace: null,
      name: 'kube-system',
      why: 'to tell this cluster from another one',
    },
    ...everywhere(rights('', 'nodes', ['list', 'watch'], 'to reach the NodePort of every node; else only nodes with Pods of the run get load')) // prettier-ignore
      .map((right) => ({ ...right, optional: true as const })),
  ];
}

/** As the API machinery guesses a resource from its kind (UnsafeGuessKindToResource); right for every built-in kind. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower === 'endpoints') return lower;
  if (lower.endsWith('s')) return `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** The first of each: what it is for first is what is said about it. */
function unique(all: readonly AccessRight[]): AccessRight[] {
  const byKey = new Map<string, AccessRight>();
  for (const right of all) {
    const key = [right.group, right.resource, right.verb, right.name].join(' ');
    if (!byKey.has(key)) byKey.set(key, right);
  }
  return [...byKey.values()];
}
