import { MADE_AS_ANNOTATION, madeAs } from '../../workload/ownership.ts';
import type { Leftover } from './find-leftovers.ts';

type Looked = Pick<Leftover, 'kind' | 'namespace' | 'name' | 'annotations' | 'expiresAt' | 'createdAt'>;

/**
 * Why an object does not show by itself that a run made it as it is here; `null` when it does. A manifest can be copied
 * with all that it says, labels and expiry included: but a copy has another name or namespace than it says, or was
 * created when what it copies had expired. Only that end counts: no copy is older than what it copies, and the beginning
 * would be a time of another clock. Pure.
 */
export function whyNotOriginal(object: Looked): string | null {
  const { annotations, expiresAt, createdAt } = object;
  if (expiresAt === null) return 'it does not say when it expires';
  const said = annotations[MADE_AS_ANNOTATION];
  if (said === undefined) return 'it does not say what it was made as';
  if (said !== madeAs(object)) return `it is a copy of ${said}`;
  if (createdAt.getTime() <= expiresAt.getTime()) return null;
  return `it is a copy: created at ${createdAt.toISOString()}, and what it copies expired at ${expiresAt.toISOString()}`;
}
