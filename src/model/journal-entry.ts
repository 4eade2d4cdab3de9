import { z } from 'zod';

import { clusterIdentitySchema } from './cluster-capabilities.ts';

const at = { /** Wall clock, UTC, ISO 8601. */ at: z.string() };
const object = {
  /** Absent in journals of older versions. */
  apiVersion: z.string().optional(),
  kind: z.string(),
  /** `null` for what has no namespace. */
  namespace: z.string().nullable(),
  name: z.string(),
};

/**
 * One line of journal.ndjson. An `intent` is written, and on disk, before the thing it names is created: whatever
 * kills the harness, the next command and `--resume` know what may exist.
 */
export const journalEntrySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run-started'),
    ...at,
    runId: z.string(),
    pid: z.number().int(),
    /** By which the process can be recognised; its pid means something in its pid namespace only. */
    process: z
      .object({ pid: z.number().int(), startTicks: z.string(), bootId: z.string(), pidNamespace: z.string() })
      .exactOptional(),
  }),
  z.object({
    type: z.literal('cluster-identified'),
    ...at,
    /** Only of a cluster that is not ours. */
    context: z.string().exactOptional(),
    identity: clusterIdentitySchema,
  }),
  z.object({ type: z.literal('intent'), ...at, ...object }),
  z.object({ type: z.literal('created'), ...at, ...object, uid: z.string() }),
  z.object({ type: z.literal('removed'), ...at, ...object, uid: z.string().optional() }),
  /** A node is about to be closed or tainted; undone: it is as it was. */
  z.object({ type: z.literal('node-change'), ...at, node: z.string() }),
  z.object({ type: z.literal('node-restored'), ...at, node: z.string() }),
  z.object({
    type: z.literal('trial-started'),
    ...at,
    trial: z.number().int(),
    attempt: z.number().int(),
    directory: z.string(),
  }),
  z.object({
    type: z.literal('trial-finished'),
    ...at,
    trial: z.number().int(),
    attempt: z.number().int(),
    void: z.boolean(),
  }),
  z.object({ type: z.literal('run-finished'), ...at, state: z.enum(['finished', 'interrupted']) }),
]);

export type JournalEntry = z.infer<typeof journalEntrySchema>;
