import { join } from 'node:path';

import { inspectImageArchive } from '../../image/inspect-image-archive.ts';
import { requirePlatform } from '../../image/require-platform.ts';
import type { Cluster } from '../cluster.ts';
import { boxControl } from './box-control.ts';
import { boxPaths, INSIDE } from './box-paths.ts';
import type { BoxRecord } from './box-record.ts';
import { enterBox } from './enter-box.ts';
import { importImage } from './import-image.ts';
import { planNetwork } from './network-plan.ts';
import type { ProcessIdentity } from '../../model/process-identity.ts';

/** A running box, as a run sees it. */
export function embeddedCluster(record: BoxRecord & { readonly init: ProcessIdentity }): Cluster {
  const paths = boxPaths(record.name);
  const network = planNetwork(record.slot, record.nodeCount);
  return {
    driver: 'embedded',
    name: record.name,
    ours: true,
    kubeconfigPath: paths.kubeconfig,
    nodes: network.nodes.map(({ name, address }) => ({ name, address })),
    proxyMode: record.proxyMode,
    sources: {
      auditLogPath: paths.auditLog,
      sharesKernel: true,
      onNode: (node, command) => enterBox(record.init, node, command),
      runtimeEvents: (node) => enterBox(record.init, node, [...ctr(node), '--namespace', 'k8s.io', 'events']),
      ctr,
      conntrackEvents: `${INSIDE.tools}/conntrack-events/conntrack-events`,
      kubeletLog: (node) => ({ path: join(paths.logs, `kubelet-${node}.log`) }),
      podLogsPath: (node) => join(paths.root, node, 'pods'),
      etcd: {
        url: 'https://127.0.0.1:2379',
        caPath: join(paths.pki, 'etcd-ca.crt'),
        certificatePath: join(paths.pki, 'apiserver-etcd-client.crt'),
        keyPath: join(paths.pki, 'apiserver-etcd-client.key'),
        inItsNetwork: (command) => ['nsenter', `--net=/proc/${record.init.pid}/ns/net`, '--', ...command],
      },
    },
    control: boxControl(record.name),
    loadImage: async (archivePath, signal = new AbortController().signal) => {
      requirePlatform(await inspectImageArchive(archivePath));
      // One node after another: on few cores parallel copies only contend.
      for (const node of network.nodes) await importImage(record.init, paths, node.name, archivePath, signal);
    },
  };
}

function ctr(node: string): string[] {
  return [`${INSIDE.tools}/containerd/ctr`, '--address', INSIDE.containerdSocket(node)];
}
