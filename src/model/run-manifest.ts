import { z } from 'zod';

import { clusterCapabilitiesSchema, clusterIdentitySchema } from './cluster-capabilities.ts';
import { plannedTrialSchema } from './plan.ts';
import { scenarioSchema } from './scenario.ts';
import { tuneSchema } from './tune.ts';
import { findingSchema } from './verdict.ts';

/** One instant on both clocks. `monoNs` is CLOCK_MONOTONIC itself: run start is the start anchor's `monoNs`. */
const clockAnchorSchema = z.object({ wallMs: z.number(), monoNs: z.number() });

/** The first file of a run directory: everything that is needed to understand, judge and repeat the run. */
export const runManifestSchema = z.object({
  schemaVersion: z.literal(1),
  /** `<UTC start>-<short id>`, the name of the run directory. */
  runId: z.string(),
  /** `running` in a directory that nobody writes to any more means: killed before it could say so. */
  state: z.enum(['running', 'finished', 'interrupted']),
  /** As resolved: every default filled in. */
  scenario: scenarioSchema,
  /** As the user named it; `null` when it came from elsewhere. */
  scenarioFile: z.string().nullable(),
  plan: z.object({
    seed: z.number().int(),
    blocks: z.number().int().min(1),
    trials: z.array(plannedTrialSchema),
  }),
  /** Component → version, e.g. `drainbench`, `node`, `kubernetes`, `containerd`. */
  versions: z.record(z.string(), z.string()),
  host: z.object({
    os: z.string(),
    kernel: z.string(),
    arch: z.string(),
    cpuModel: z.string(),
    cpus: z.number().int(),
    memoryBytes: z.number(),
    /** Of the boot that the run was started in: only there does its monotonic clock go on. */
    bootId: z.string().optional(),
  }),
  clock: z.object({ start: clockAnchorSchema, end: clockAnchorSchema.nullable() }),
  argv: z.array(z.string()),
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  /** What was known before the run and a reader of its results must know, too. */
  warnings: z.array(findingSchema).exactOptional(),
  /** Only of a tune: its scenario holds the strategies, and its plan the trials, that there were until now. */
  tune: tuneSchema.exactOptional(),
  /** The running cluster that the command line named; absent: none. */
  useCluster: z.string().exactOptional(),
  /** `null` until the cluster stands. */
  cluster: z
    .object({
      driver: z.string(),
      /** By which `cluster.name` or a command line names it. */
      name: z.string().exactOptional(),
      /** Made for the run, and gone with it; a resumed run gets another of the same make. */
      ownedByRun: z.boolean().exactOptional(),
      /** Trials before which a resumed run got a new cluster of its own, by number. */
      renewedBefore: z.array(z.number().int()).exactOptional(),
      kubernetesVersion: z.string(),
      proxyMode: z.string(),
      nodes: z.array(z.object({ name: z.string(), address: z.string() })),
      /** The container engine publishes the NodePorts of one node on the harness host; absent: reached directly. */
      nodePorts: z.literal('published').optional(),
      /** Which cluster that was. */
      identity: clusterIdentitySchema.optional(),
      /** Only of a cluster that is not ours: which context, and what could be seen there. */
      context: z.string().optional(),
      capabilities: clusterCapabilitiesSchema.optional(),
    })
    .nullable(),
});

export type RunManifest = z.infer<typeof runManifestSchema>;
