import { z } from 'zod';

const identity = z.object({
  pid: z.number().int().positive(),
  startTicks: z.string(),
  bootId: z.string(),
  pidNamespace: z.string().optional(),
});

/** What is on disk about a kind cluster that drainbench made: enough to use it, show it, or remove just it. */
export const kindRecordSchema = z.object({
  schemaVersion: z.literal(1),
  /** Also the name of the kind cluster. */
  name: z.string(),
  phase: z.enum(['starting', 'running']),
  /** `owner`: it belongs to a run and is swept once that process is gone; `kept`: until someone takes it down. */
  lifetime: z.enum(['owner', 'kept']),
  owner: identity,
  createdAt: z.string(),
  engine: z.object({
    command: z.enum(['docker', 'podman']),
    /** The variables that lead to it, e.g. DOCKER_HOST. */
    environment: z.record(z.string(), z.string()),
  }),
  nodeCount: z.number(),
  proxyMode: z.enum(['iptables', 'nftables', 'ipvs']),
  nodeImage: z.string(),
  kubernetesVersion: z.string(),
  /** NodePorts are published on 127.0.0.1, since the nodes' addresses cannot be reached from here. */
  published: z.boolean(),
  /** The audit log is a file on this host. */
  audited: z.boolean(),
  /** What all its node containers carry (`clusterMark`): another cluster of this name is not ours. */
  mark: z.string(),
});

export type KindRecord = z.infer<typeof kindRecordSchema>;
