import { z } from 'zod';

/** Median over the valid trials of a run, and the worst of them, ms. `null`: no trial showed it. */
const spread = z.object({ median: z.number(), worst: z.number() }).nullable();

/** What one run showed of one strategy × disruption × load, as a history keeps it. */
const pastCellSchema = z.object({
  strategy: z.string(),
  /** What the strategy is, in words: one whose settings have changed is another one, whatever its name. */
  setting: z.string(),
  disruption: z.string(),
  load: z.string(),
  standing: z.enum(['loses', 'at-risk', 'misses', 'holds', 'bounded', 'unknown', 'void']),
  trials: z.number().int().nonnegative(),
  failingTrials: z.number().int().nonnegative(),
  requests: z.number().int().nonnegative(),
  lostRequests: z.number().int().nonnegative(),
  /** The routing margin; the smallest is the worst. Only of trials of which it is known for all nodes and Pods. */
  marginMs: spread,
  shutdownMs: spread,
  recoveredMs: spread,
  /** 99th percentile of a trial's latency after the disruption; some may be lower bounds. */
  p99Ms: spread,
  unavailableMs: spread,
});

/** One run of a history: what is compared between nights, some 2 kB. */
export const pastRunSchema = z.object({
  schemaVersion: z.literal(1),
  /** The name of the run directory, and of its file in the history: nothing that leads elsewhere. */
  runId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'the name of a run directory'),
  scenario: z.string(),
  /** Begin of the run, ms since the epoch. */
  startedAtMs: z.number(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'void']),
  /** Of drainbench, and of the repository that the run was started in. */
  version: z.string(),
  commit: z.string().nullable(),
  platform: z.object({
    driver: z.string(),
    kubernetesVersion: z.string(),
    proxyMode: z.string(),
    /** As the scenario or the command line names it; `null`: the default of the driver. */
    nodeImage: z.string().nullable(),
  }),
  host: z.object({ cpus: z.number().int(), cpuModel: z.string() }),
  cells: z.array(pastCellSchema),
});

export type PastRun = z.infer<typeof pastRunSchema>;
export type PastCell = z.infer<typeof pastCellSchema>;
