import type { Fault } from '../fault.ts';
import { calm } from './calm.ts';
import { draining503 } from './draining-503.ts';
import { exitMidRequest } from './exit-mid-request.ts';
import { falselyReady } from './falsely-ready.ts';
import { fullQueue } from './full-queue.ts';
import { keepaliveClosedIdle } from './keepalive-closed-idle.ts';
import { killedByForceDelete } from './killed-by-force-delete.ts';
import { listenerClosedOnSigterm } from './listener-closed-on-sigterm.ts';
import { listenerClosedWhileReady } from './listener-closed-while-ready.ts';
import { ownConnections } from './own-connections.ts';
import { podGone } from './pod-gone.ts';
import { scaledToZero } from './scaled-to-zero.ts';
import { sidecarExitsFirst } from './sidecar-exits-first.ts';
import { slowSurvivors } from './slow-survivors.ts';

/** In the order in which they are played. */
export const ALL_FAULTS: readonly Fault[] = [
  calm,
  listenerClosedWhileReady,
  listenerClosedOnSigterm,
  podGone,
  killedByForceDelete,
  exitMidRequest,
  keepaliveClosedIdle,
  sidecarExitsFirst,
  draining503,
  scaledToZero,
  slowSurvivors,
  fullQueue,
  falselyReady,
  ownConnections,
];
