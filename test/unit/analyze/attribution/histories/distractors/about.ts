import fc from 'fast-check';

import { between, mostly } from '../numbers.ts';

/** Where in the request's life something else happens, ms from its end: most often at about the same time. */
export const about = fc.oneof(mostly(-3, 1, 3), between(-60, 20));
