import type { Distractor } from '../distractor.ts';

/** More than one segment, less than a socket's buffer. */
const BODY = 'u'.repeat(24 * 1024);

export const uploads: Distractor = {
  name: 'uploads',
  does: 'every request is an upload of 24 KiB',
  happenings: ['body-read'],
  dressLoad: (load) => ({ ...load, method: 'POST', body: load.body ?? BODY }),
};
