import type fc from 'fast-check';

import type { Story } from '../story.ts';
import { addressUsedAgain } from './address-used-again.ts';
import { closedUnread, crossed } from './closed.ts';
import { brokenBefore, rejectedWhileDraining, sameErrors } from './errors.ts';
import { goneStillRouted, staleEntry, takenByAnother } from './gone.ts';
import { halfOpen } from './half-open.ts';
import { forgotten, malformed, middlebox, ownDoing } from './in-between.ts';
import { exitedInHand, killedInHand, uploadCut } from './killed.ts';
import { notListening, warmingUp } from './new-pod.ts';
import { noEndpoints, notResolved, probedOut } from './nowhere.ts';
import { badGateway, cutBehindProxy } from './proxied.ts';
import { droppedFromQueue, fullQueue } from './queue.ts';
import { lostThenRefused, refusedWhileGoing, refusedWhileReady } from './refused.ts';
import { restarted } from './restarted.ts';
import { slowBeforeItsEnd, tooBusy } from './slow.ts';
import { crashed, killedWithFirst, workerKilled } from './workers.ts';

/** Every way in which a request fails here, by its name. */
export const FAULTS: Readonly<Record<string, fc.Arbitrary<Story>>> = {
  addressUsedAgain,
  badGateway,
  brokenBefore,
  closedUnread,
  crashed,
  crossed,
  cutBehindProxy,
  droppedFromQueue,
  exitedInHand,
  forgotten,
  fullQueue,
  goneStillRouted,
  halfOpen,
  killedInHand,
  killedWithFirst,
  lostThenRefused,
  malformed,
  middlebox,
  noEndpoints,
  notListening,
  notResolved,
  ownDoing,
  probedOut,
  refusedWhileGoing,
  refusedWhileReady,
  rejectedWhileDraining,
  restarted,
  sameErrors,
  slowBeforeItsEnd,
  staleEntry,
  takenByAnother,
  tooBusy,
  uploadCut,
  warmingUp,
  workerKilled,
};
