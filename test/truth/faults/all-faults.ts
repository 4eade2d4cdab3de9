import type { Fault } from '../fault.ts';
import { addressInherited } from './address-inherited.ts';
import { addressTaken } from './address-taken.ts';
import { calm } from './calm.ts';
import { draining503 } from './draining-503.ts';
import { exitMidRequest } from './exit-mid-request.ts';
import { falselyReady } from './falsely-ready.ts';
import { fullQueue } from './full-queue.ts';
import { garbledAnswer } from './garbled-answer.ts';
import { graceRunsOut } from './grace-runs-out.ts';
import { halfOpen } from './half-open.ts';
import { keepaliveClosedIdle } from './keepalive-closed-idle.ts';
import { killedByForceDelete } from './killed-by-force-delete.ts';
import { killedInQueue } from './killed-in-queue.ts';
import { listenerClosedOnSigterm } from './listener-closed-on-sigterm.ts';
import { listenerClosedWhileReady } from './listener-closed-while-ready.ts';
import { middleboxReset } from './middlebox-reset.ts';
import { nameDeleted } from './name-deleted.ts';
import { nameWithoutAddress } from './name-without-address.ts';
import { ownConnections } from './own-connections.ts';
import { podGone } from './pod-gone.ts';
import { proxy502 } from './proxy-502.ts';
import { resentSyn } from './resent-syn.ts';
import { reusedPort } from './reused-port.ts';
import { scaledToZero } from './scaled-to-zero.ts';
import { sidecarExitsFirst } from './sidecar-exits-first.ts';
import { silentNameServer } from './silent-name-server.ts';
import { slowSurvivors } from './slow-survivors.ts';
import { survivors500 } from './survivors-500.ts';
import { survivors504 } from './survivors-504.ts';
import { survivorsUnready } from './survivors-unready.ts';
import { trackingLost } from './tracking-lost.ts';
import { uploadKilled } from './upload-killed.ts';
import { warmsUpAgain } from './warms-up-again.ts';

/** In the order in which they are played. */
export const ALL_FAULTS: readonly Fault[] = [
  calm,
  listenerClosedWhileReady,
  listenerClosedOnSigterm,
  podGone,
  addressTaken,
  addressInherited,
  reusedPort,
  halfOpen,
  killedByForceDelete,
  graceRunsOut,
  killedInQueue,
  uploadKilled,
  exitMidRequest,
  keepaliveClosedIdle,
  sidecarExitsFirst,
  draining503,
  proxy502,
  scaledToZero,
  nameWithoutAddress,
  nameDeleted,
  silentNameServer,
  slowSurvivors,
  survivors504,
  survivorsUnready,
  resentSyn,
  fullQueue,
  falselyReady,
  warmsUpAgain,
  ownConnections,
  middleboxReset,
  trackingLost,
  survivors500,
  garbledAnswer,
];
