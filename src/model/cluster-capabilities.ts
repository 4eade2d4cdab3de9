import { z } from 'zod';

/** Which namespace's UID stands for the cluster: kube-system's, or, where that may not be read, the run's target's. */
export const clusterIdentitySchema = z.object({ namespace: z.string(), uid: z.string() });

export type ClusterIdentity = z.infer<typeof clusterIdentitySchema>;

/**
 * What can be observed on a cluster that is not ours, as it was found before anything was created. A `false` costs
 * confidence (the analysis says which), or needs another way (load from inside the cluster).
 */
export const clusterCapabilitiesSchema = z.object({
  /** Pods, EndpointSlices and Events of the run's namespace may be watched. */
  watch: z.boolean(),
  /** Container logs may be followed: without them nothing is known of the app's own stamps and ledger. */
  logs: z.boolean(),
  /** Nodes may be listed and watched. Where not, the addresses of the nodes with Pods of ours are used. */
  nodes: z.boolean(),
  /** The API server's audit log cannot be read from outside of a control plane. */
  audit: z.boolean(),
  /** A privileged DaemonSet may be created in the run's namespace, so that nodes can be looked at from inside. */
  nodeAgent: z.boolean(),
  /** Whether a NodePort answers this host; `null` until a Service exists to try it. */
  nodePort: z.boolean().nullable(),
});

export type ClusterCapabilities = z.infer<typeof clusterCapabilitiesSchema>;
