import { randomUUID } from 'node:crypto';

import { currentOwner } from '../embedded/box-store.ts';
import { requireEngine, type Engine } from './engine.ts';
import { findKind } from './find-kind.ts';
import type { KindRecord } from './kind-record.ts';
import { kindExists, readKind } from './kind-store.ts';
import type { KindUpOptions, KindUpProgress } from './kind-up-options.ts';
import { chooseNodeImage, hasImage, pullNodeImage } from './node-image.ts';
import { ownBootId } from './own-boot-id.ts';
import { preflight, requirePorts } from './preflight.ts';
import { probeNode } from './probe-node.ts';

/** What is known and decided when the first node may be made. */
export interface PreparedKind {
  readonly engine: Engine;
  /** Path of the kind command. */
  readonly kind: string;
  /** Not written yet. */
  readonly record: KindRecord;
  /** Empty where the nodes' own addresses can be reached. */
  readonly publishedNodePorts: readonly number[];
}

export type Reached = (step: KindUpProgress['reached'], detail?: string) => void;

/** NodePorts that are published where nodes cannot be reached; DRAINBENCH_KIND_NODE_PORTS moves the first. */
const PUBLISHED_PORTS = 8;

/**
 * Tries all that would stop the creation of a kind cluster, what costs least first: what can be asked in milliseconds,
 * then what may build or pull for minutes, then a container of the very node image. Makes nothing that stays.
 */
export async function prepareKind(options: KindUpOptions, reached: Reached): Promise<PreparedKind> {
  const { name, nodeCount, proxyMode, signal } = options;
  if (proxyMode === 'ipvs') {
    options.onNotice(
      'kube-proxy in ipvs mode: its rules cannot be watched, so that the causes of failures are less sure',
    );
  }
  const engine = await requireEngine(signal);
  const { access } = engine;
  reached('engine', `${access.command} ${engine.version}`);
  if ((await readKind(name)) !== null) throw kindExists(name);
  const containers = nodeCount < 2 ? 1 : nodeCount + 1;
  const portsOf = (local: boolean) => (local && !engine.rootless ? [] : nodePorts());
  const wanted = { name, containers, proxyMode, publishedNodePorts: portsOf(engine.seemsLocal) };
  await preflight(engine, wanted, signal);
  const kind = await findKind(options);
  const nodeImage = await chooseNodeImage(access, options.nodeImage, signal);
  if (!(await hasImage(access, nodeImage, signal))) {
    reached('pulling', nodeImage);
    await pullNodeImage(access, nodeImage, signal);
  }
  const { kubernetesVersion, bootId } = await probeNode(access, nodeImage, signal);
  const local = bootId === (await ownBootId());
  const publishedNodePorts = portsOf(local);
  await requirePorts(publishedNodePorts);
  const record: KindRecord = {
    schemaVersion: 1,
    name,
    phase: 'starting',
    lifetime: options.lifetime,
    owner: currentOwner(),
    createdAt: new Date().toISOString(),
    engine: access,
    nodeCount,
    proxyMode,
    nodeImage,
    kubernetesVersion,
    published: publishedNodePorts.length > 0,
    audited: local,
    mark: randomUUID(),
  };
  return { engine, kind, record, publishedNodePorts };
}

function nodePorts(): number[] {
  const first = Number(process.env['DRAINBENCH_KIND_NODE_PORTS'] ?? 30_080);
  return Array.from({ length: PUBLISHED_PORTS }, (_, index) => first + index);
}
