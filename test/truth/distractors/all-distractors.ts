import type { Distractor } from '../distractor.ts';
import { addressReuse } from './address-reuse.ts';
import { collidingPorts } from './colliding-ports.ts';
import { droppedSyns } from './dropped-syns.ts';
import { execHook } from './exec-hook.ts';
import { execProbe } from './exec-probe.ts';
import { flappingReadiness } from './flapping-readiness.ts';
import { logShipper } from './log-shipper.ts';
import { severalListeners } from './several-listeners.ts';
import { uploads } from './uploads.ts';

/** In the order in which they begin. */
export const ALL_DISTRACTORS: readonly Distractor[] = [
  execHook,
  execProbe,
  logShipper,
  severalListeners,
  flappingReadiness,
  uploads,
  collidingPorts,
  droppedSyns,
  addressReuse,
];
