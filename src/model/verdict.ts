import { z } from 'zod';

/** The four answers. `void` (the measurement is not valid) dominates every other. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'void';

/** A reason why a trial, strategy or run cannot be trusted, or what a reader must know before trusting it. */
export interface Finding {
  /** Stable identifier in kebab-case, e.g. `conservation-broken`. */
  readonly code: string;
  readonly severity: 'void' | 'warning' | 'info';
  /** One sentence with the figures. */
  readonly message: string;
  /** Ids of the history events that show it. */
  readonly eventIds?: readonly number[];
  /** The container that it is about, where it is about one of a Pod’s. */
  readonly container?: string;
  /** Lines of evidence behind the message: Events, the last lines of a log. */
  readonly detail?: readonly string[];
}

/** The same, as it is read back from a file. */
export const findingSchema: z.ZodType<Finding> = z.object({
  code: z.string(),
  severity: z.enum(['void', 'warning', 'info']),
  message: z.string(),
  eventIds: z.array(z.number().int()).readonly().exactOptional(),
  container: z.string().exactOptional(),
  detail: z.array(z.string()).readonly().exactOptional(),
});
