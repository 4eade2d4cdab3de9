import { setTimeout as sleep } from 'node:timers/promises';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { askEngine, type EngineAccess } from './engine-command.ts';
import { readClusterMark } from './cluster-mark.ts';
import type { KindRecord } from './kind-record.ts';

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
  /** Of the creation of ours that it belongs to; `null`: somebody else made it. */
  readonly mark: string | null;
  /** Names of the volumes that it uses. */
  readonly volumes: readonly string[];
}

/** Docker and Podman, in their own words. */
const NO_SUCH_OBJECT = /no such (object|container)/i;
/** An engine with much to do was seen to take two seconds over it. */
const HALF_MADE_MS = 15_000;
const HALF_MADE_PAUSE_MS = 100;

const CLUSTER_LABEL = 'io.x-k8s.kind.cluster';
const ROLE_LABEL = 'io.x-k8s.kind.role';

/** The nodes of a kind cluster in the order of their names, the control plane first; none when there is no such one. */
export async function listKindNodes(
  engine: EngineAccess,
  cluster: string,
  signal?: AbortSignal,
): Promise<KindNode[]> {
  const containers = await listContainers(engine, cluster, signal);
  return containers.filter(({ role }) => role === 'control-plane' || role === 'worker');
}

/** Of the containers that have the cluster's name, those that we made: other ones may have it, too. */
export async function listOwnNodes(record: KindRecord, signal?: AbortSignal): Promise<KindNode[]> {
  const containers = await listContainers(record.engine, record.name, signal);
  return containers.filter(({ mark }) => mark === record.mark);
}

/**
 * All containers with a kind cluster's name, running or not, whatever made them. An engine lists a container that is
 * just being made, or removed, before and after it can tell anything else of it: then it is asked again.
 */
export async function listContainers(
  engine: EngineAccess,
  cluster: string,
  signal?: AbortSignal,
): Promise<KindNode[]> {
  const deadline = performance.now() + HALF_MADE_MS;
  for (;;) {
    try {
      return await listNow(engine, cluster, signal);
    } catch (error) {
      const halfMade = error instanceof DrainbenchError && NO_SUCH_OBJECT.test(error.detail ?? '');
      if (!halfMade || performance.now() > deadline) throw error;
      await sleep(HALF_MADE_PAUSE_MS, undefined, signal && { signal });
    }
  }
}

async function listNow(
  engine: EngineAccess,
  cluster: string,
  signal: AbortSignal | undefined,
): Promise<KindNode[]> {
  const filter = `label=${CLUSTER_LABEL}=${cluster}`;
  const listed = await askEngine(
    engine,
    ['ps', '--all', '--no-trunc', '--quiet', '--filter', filter],
    signal,
  );
  const ids = listed.split('\n').filter((id) => id !== '');
  if (ids.length === 0) return [];
  const inspected = JSON.parse(await askEngine(engine, ['inspect', ...ids], signal)) as Inspected[];
  return inspected
    .map(toNode)
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
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[];
}

function toNode({ Id, Name, State, Config, NetworkSettings, Mounts }: Inspected): KindNode {
  const addresses = Object.values(NetworkSettings.Networks).map((network) => network.IPAddress);
  return {
    name: Name.replace(/^\//, ''),
    containerId: Id,
    role: Config.Labels[ROLE_LABEL] ?? '',
    address: addresses.find((address) => address !== '') ?? '',
    pid: State.Pid,
    image: Config.Image,
    mark: readClusterMark(Mounts.map(({ Destination }) => Destination)),
    volumes: Mounts.flatMap(({ Type, Name: volume }) =>
      Type === 'volume' && volume !== undefined ? [volume] : [],
    ),
  };
}
