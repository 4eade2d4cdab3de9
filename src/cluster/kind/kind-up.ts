import { writeFile } from 'node:fs/promises';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import type { Cluster } from '../cluster.ts';
import { auditPolicy } from '../embedded/components/audit-policy.ts';
import { hasSysResource } from '../embedded/has-sys-resource.ts';
import { loadKubeConfig } from '../kube/load-kube-config.ts';
import type { Engine } from './engine.ts';
import { runKind } from './kind-command.ts';
import { kindConfig } from './kind-config.ts';
import { listOwnNodes } from './kind-nodes.ts';
import { kindPaths } from './kind-paths.ts';
import type { KindRecord } from './kind-record.ts';
import { createKind, writeKind } from './kind-store.ts';
import type { KindUpOptions } from './kind-up-options.ts';
import { openKind } from './open-kind.ts';
import { prepareKind, type Reached } from './prepare-kind.ts';
import { exportKindLogs, removeKind } from './remove-kind.ts';
import { waitKindReady } from './wait-kind-ready.ts';

/**
 * Makes a kind cluster and returns once it can be used. What would stop it is found before the long part. On any
 * failure, and on abort, nothing stays but the logs, which the error names.
 */
export async function bringUpKind(options: KindUpOptions): Promise<Cluster> {
  const { name, signal } = options;
  const startedAt = performance.now();
  const reached: Reached = (step, detail) =>
    options.onProgress({
      reached: step,
      afterMs: performance.now() - startedAt,
      ...(detail === undefined ? {} : { detail }),
    });
  const { engine, kind, record, publishedNodePorts } = await prepareKind(options, reached);
  const { kubernetesVersion, nodeImage } = record;
  reached('checked', `Kubernetes ${kubernetesVersion} (${nodeImage})`);
  await createKind(record);
  try {
    await writeConfig(record, engine, publishedNodePorts);
    const paths = kindPaths(name);
    const create = ['create', 'cluster', '--name', name, '--image', nodeImage];
    const files = ['--config', paths.config, '--kubeconfig', paths.kubeconfig];
    await runKind(kind, engine.access, [...create, ...files, '--retain'], signal);
    const nodes = await listOwnNodes(record, signal);
    reached('created');
    await waitKindReady(loadKubeConfig(paths.kubeconfig), engine.access, nodes, signal);
    const running: KindRecord = { ...record, phase: 'running' };
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
    mark: record.mark,
    podSubnet: process.env['DRAINBENCH_KIND_POD_SUBNET'] ?? null,
    serviceSubnet: process.env['DRAINBENCH_KIND_SERVICE_SUBNET'] ?? null,
    cgroupV1: engine.cgroupVersion === 1,
    // Of another machine it is not known; there, what kind does by itself is right.
    restrictOomScoreAdj: record.audited && !engine.rootless && !(await hasSysResource()),
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
  await removeKind(record);
  if (logs === null || !(error instanceof DrainbenchError)) return error;
  const whereLogsAre = `the nodes' logs are in ${logs}`;
  const { code, message, exitCode, expected, found, command, detail, fix } = error;
  return new DrainbenchError({
    code,
    message,
    exitCode,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
    ...(command === undefined ? {} : { command }),
    ...(detail === undefined ? {} : { detail }),
    fix: fix === undefined ? whereLogsAre : `${fix}; ${whereLogsAre}`,
    cause: error,
  });
}
