import { LIFETIME_MS, MADE_AS_ANNOTATION, madeAs } from '../../workload/ownership.ts';
import type { Leftover } from './find-leftovers.ts';

/** Times of creation are whole seconds of another clock. */
const CLOCK_SLACK_MS = 2000;

type Looked = Pick<Leftover, 'kind' | 'namespace' | 'name' | 'annotations' | 'expiresAt' | 'createdAt'>;

/**
 * Why an object does not show by itself that a run made it as it is here; `null` when it does. A manifest can be copied
 * with all that it says, labels and expiry included: but a copy has another name or namespace than it says, or was not
 * created in the time for which it was to be there. Pure.
 */
export function whyNotOriginal(object: Looked): string | null {
  const { annotations, expiresAt, createdAt } = object;
  if (expiresAt === null) return 'it does not say when it expires';
  const said = annotations[MADE_AS_ANNOTATION];
  if (said === undefined) return 'it does not say what it was made as';
  if (said !== madeAs(object)) return `it is a copy of ${said}`;
  const bornMs = expiresAt.getTime() - LIFETIME_MS;
  if (
    createdAt.getTime() >= bornMs - CLOCK_SLACK_MS &&
    createdAt.getTime() <= expiresAt.getTime() + CLOCK_SLACK_MS
  )
    return null;
  return `it is a copy: created at ${createdAt.toISOString()}, and a run would have made it between ${new Date(bornMs).toISOString()} and ${expiresAt.toISOString()}`;
}
