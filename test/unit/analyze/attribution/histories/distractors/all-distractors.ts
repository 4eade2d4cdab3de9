import type fc from 'fast-check';

import type { Change } from '../story.ts';
import {
  othersFail,
  portToOtherServer,
  portUsedBefore,
  sameEndsAgain,
  samePortElsewhere,
} from './connections.ts';
import { execHook, execProbe } from './execs.ts';
import { childProcess, logShipper, pidUsedAgain, reload, sharedPort } from './processes.ts';
import { answeredBefore, otherService, packetSentAgain, readinessFlaps } from './trial.ts';

/** Whatever else happens in real Pods, by its name. */
export const DISTRACTORS: Readonly<Record<string, fc.Arbitrary<Change>>> = {
  answeredBefore,
  childProcess,
  execHook,
  execProbe,
  logShipper,
  otherService,
  othersFail,
  packetSentAgain,
  pidUsedAgain,
  portToOtherServer,
  portUsedBefore,
  readinessFlaps,
  reload,
  sameEndsAgain,
  samePortElsewhere,
  sharedPort,
};
