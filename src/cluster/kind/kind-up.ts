import { writeFile } from 'node:fs/promises';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import type { ToolProgress } from '../../tools/tool-progress.ts';
import type { Cluster } from '../cluster.ts';
import { currentOwner } from '../embedded/box-store.ts';
import { auditPolicy } from '../embedded/components/audit-policy.ts';
import { hasSysResource } from '../embedded/has-sys-resource.ts';
import { loadKubeConfig } from '../kube/load-kube-config.ts';
import { requireEngine, type Engine } from './engine.ts';
import { engineEnvironment } from './engine-command.ts';
import { findKind, runKind } from './kind-command.ts';
import { kindConfig, type KindProxyMode } from './kind-config.ts';
import { listKindNodes } from './kind-nodes.ts';
import { kindPaths } from './kind-paths.ts';
import type { KindRecord } from './kind-record.ts';
import { createKind, readKind, writeKind } from './kind-store.ts';
import { chooseNodeImage, hasImage, pullNodeImage } from './node-image.ts';
import { openKind } from './open-kind.ts';
import { preflight } from './preflight.ts';
import { exportKindLogs, removeKind } from './remove-kind.ts';
import { waitKindReady } from './wait-kind-ready.ts';

export interface KindUpOptions {
  readonly name: string;
  readonly nodeCount: number;
  readonly proxyMode: KindProxyMode;
  /** `null`: the local one where there is one, else kind's own default. */
  readonly nodeImage: string | null;
  readonly lifetime: KindRecord['lifetime'];
  readonly signal: AbortSignal;
  readonly onToolProgress: (progress: ToolProgress) => void;
  readonly onProgress: (progress: KindUpProgress) => void;
}

export interface KindUpProgress {
  readonly reached: 'engine' | 'pulling' | 'checked' | 'created' | 'usable';
  /** Since the start of `bringUpKind`. */
  readonly afterMs: number;
  readonly detail?: string;
}

/** NodePorts that are published where nodes cannot be reached; DRAINBENCH_KIND_NODE_PORTS moves the first. */
const PUBLISHED_PORTS = 8;

/**
 * Makes a kind cluster and returns once it can be used. What would stop it is found before the long part. On any
 * failure, and on abort, nothing stays but the logs, which the error names.
 */
export async function bringUpKind(options: KindUpOptions): Promise<Cluster> {
  const { name, nodeCount, proxyMode, signal } = options;
  const startedAt = performance.now();
  const reached = (step: KindUpProgress['reached'], detail?: string) =>
    options.onProgress({
      reached: step,
      afterMs: performance.now() - startedAt,
      ...(detail === undefined ? {} : { detail }),
    });
  const engine = await requireEngine(signal);
  reached('engine', `${engine.command} ${engine.version}`);
  const access = { command: engine.command, environment: engineEnvironment() };
  const kind = await findKind(signal, options.onToolProgress);
  const nodeImage = await chooseNodeImage(access, options.nodeImage, signal);
  const published = !engine.local || engine.rootless;
  if (!(await hasImage(access, nodeImage, signal))) {
    reached('pulling', nodeImage);
    await pullNodeImage(access, nodeImage, signal);
  }
  const claimed: KindRecord = {
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
    kubernetesVersion: '',
    published,
    audited: engine.local,
    containers: [],
  };
  const publishedNodePorts = published ? nodePorts() : [];
  const containers = nodeCount < 2 ? 1 : nodeCount + 1;
  if ((await readKind(name)) !== null) await createKind(claimed); // throws that it exists
  const kubernetesVersion = await preflight(
    engine,
    access,
    { name, containers, nodeImage, proxyMode, publishedNodePorts },
    signal,
  );
  const record = { ...claimed, kubernetesVersion };
  reached('checked', `Kubernetes ${kubernetesVersion} (${nodeImage})`);
  await createKind(record);
  try {
    await writeConfig(record, engine, publishedNodePorts);
    const paths = kindPaths(name);
    const create = ['create', 'cluster', '--name', name, '--image', nodeImage, '--config', paths.config];
    await runKind(kind, access, [...create, '--kubeconfig', paths.kubeconfig, '--retain'], signal);
    const nodes = await listKindNodes(access, name, signal);
    reached('created');
    await waitKindReady(loadKubeConfig(paths.kubeconfig), access, nodes, signal);
    const running: KindRecord = {
      ...record,
      phase: 'running',
      containers: nodes.map(({ containerId }) => containerId),
    };
    await writeKind(running);
    reached('usable');
    return await openKind(kind, running);
  } catch (error) {
    throw await afterFailure(kind, record, error, signal);
  }
}

async function writeConfig(
  record: KindRecord,
  engine: Engine,
  publishedNodePorts: readonly number[],
): Promise<void> {
  const paths = kindPaths(record.name);
  await writeFile(paths.auditPolicy, auditPolicy());
  const config = kindConfig({
    nodeCount: record.nodeCount,
    proxyMode: record.proxyMode,
    podSubnet: process.env['DRAINBENCH_KIND_POD_SUBNET'] ?? null,
    serviceSubnet: process.env['DRAINBENCH_KIND_SERVICE_SUBNET'] ?? null,
    cgroupV1: engine.cgroupVersion === 1,
    // Of another machine it is not known; there, what kind does by itself is right.
    restrictOomScoreAdj: engine.local && !engine.rootless && !(await hasSysResource()),
    audit: record.audited ? { policyFile: paths.auditPolicy, logFolder: paths.auditFolder } : null,
    publishedNodePorts,
  });
  await writeFile(paths.config, config);
}

async function afterFailure(
  kind: string,
  record: KindRecord,
  error: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const logs = signal.aborted ? null : await exportKindLogs(kind, record);
  await removeKind(kind, record);
  if (logs === null || !(error instanceof DrainbenchError)) return error;
  return new DrainbenchError({
    code: error.code,
    message: error.message,
    ...(error.found === undefined ? {} : { found: error.found }),
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.command === undefined ? {} : { command: error.command }),
    fix: `the nodes' logs are in ${logs}`,
    exitCode: error.exitCode,
    cause: error,
  });
}

function nodePorts(): number[] {
  const first = Number(process.env['DRAINBENCH_KIND_NODE_PORTS'] ?? 30_080);
  return Array.from({ length: PUBLISHED_PORTS }, (_, index) => first + index);
}
