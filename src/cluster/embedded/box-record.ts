import { z } from 'zod';

const identity = z.object({
  pid: z.number().int().positive(),
  startTicks: z.string(),
  bootId: z.string(),
  pidNamespace: z.string().optional(),
});

/** What is on disk about a box: enough for any later command to use it, show it or remove it. */
export const boxRecordSchema = z.object({
  schemaVersion: z.literal(1),
  name: z.string(),
  /** Unique for each `up`; names the cgroups. */
  id: z.string(),
  slot: z.number(),
  nodeCount: z.number(),
  proxyMode: z.enum(['nftables', 'iptables']),
  phase: z.enum(['starting', 'running']),
  /** `owner`: the box belongs to a run and is swept once that process is gone; `kept`: until someone takes it down. */
  lifetime: z.enum(['owner', 'kept']),
  createdAt: z.string(),
  kubernetesVersion: z.string(),
  /** Who is bringing it up. If that process is gone and the phase is still `starting`, the box is an orphan. */
  owner: identity,
  /** The process that everything in the box depends on; `null` until it runs. */
  init: identity.nullable(),
  /** The waiting parent of each component, by component name. */
  components: z.record(z.string(), identity),
  /** The components themselves, by the same names; missing in what older versions wrote. */
  processes: z.record(z.string(), identity).optional(),
});

export type BoxRecord = z.infer<typeof boxRecordSchema>;
export type ProxyMode = BoxRecord['proxyMode'];
