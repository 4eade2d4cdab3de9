import { askEngine, type EngineAccess } from './engine-command.ts';

/** A node container of a kind cluster. */
export interface KindNode {
  readonly name: string;
  readonly containerId: string;
  readonly role: string;
  /** IPv4 address in the engine's network; empty while it does not run. */
  readonly address: string;
  /** Of its init, on the engine's machine; 0 while it does not run. */
  readonly pid: number;
  readonly image: string;
}

const CLUSTER_LABEL = 'io.x-k8s.kind.cluster';
const ROLE_LABEL = 'io.x-k8s.kind.role';

/** Ids of all containers of a kind cluster, running or not. */
export async function listContainers(
  engine: EngineAccess,
  cluster: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const filter = `label=${CLUSTER_LABEL}=${cluster}`;
  const output = await askEngine(
    engine,
    ['ps', '--all', '--no-trunc', '--quiet', '--filter', filter],
    signal,
  );
  return output.split('\n').filter((id) => id !== '');
}

/** The nodes of a kind cluster in the order of their names, the control plane first; none when there is no such one. */
export async function listKindNodes(
  engine: EngineAccess,
  cluster: string,
  signal?: AbortSignal,
): Promise<KindNode[]> {
  const ids = await listContainers(engine, cluster, signal);
  if (ids.length === 0) return [];
  const inspected = JSON.parse(await askEngine(engine, ['inspect', ...ids], signal)) as Inspected[];
  return inspected
    .map(toNode)
    .filter(({ role }) => role === 'control-plane' || role === 'worker')
    .sort((a, b) => (a.role === b.role ? a.name.localeCompare(b.name, 'en', { numeric: true }) : 0))
    .sort((a, b) => a.role.localeCompare(b.role));
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Pid: number };
  readonly Config: { readonly Labels: Readonly<Record<string, string>>; readonly Image: string };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
  };
}

function toNode({ Id, Name, State, Config, NetworkSettings }: Inspected): KindNode {
  const addresses = Object.values(NetworkSettings.Networks).map((network) => network.IPAddress);
  return {
    name: Name.replace(/^\//, ''),
    containerId: Id,
    role: Config.Labels[ROLE_LABEL] ?? '',
    address: addresses.find((address) => address !== '') ?? '',
    pid: State.Pid,
    image: Config.Image,
  };
}
