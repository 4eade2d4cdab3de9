import type { z } from 'zod';

import type { Cause } from '../../src/model/attribution.ts';
import type { Victim } from '../../src/disrupt/disruption-context.ts';
import type { RequestRecord } from '../../src/model/request-record.ts';
import type { loadSchema } from '../../src/model/scenario.ts';
import type { Stage } from './stage.ts';
import type { Truth } from './truth.ts';

/** What a seeded failure is known to be; `none`: nothing was done, so that nothing may fail. */
export type SeededCause = Exclude<Cause, 'ambiguous' | 'unexplained'> | 'none';

/** Why a request failed, known from who failed it; or why that is not known beyond doubt. */
export type Judgement = { readonly cause: SeededCause } | { readonly notCounted: string };

interface ScriptedApp {
  readonly replicas: number;
  /** See app/main.js. */
  readonly env: Readonly<Record<string, string>>;
  readonly graceSeconds?: number;
}

/** A Deployment of a file in app/, for what a scripted server alone cannot do. */
interface ManifestApp {
  readonly manifest: string;
  readonly workload: string;
  /** The one that answers. */
  readonly container: string;
  readonly graceSeconds?: number;
}

/** A fault whose every failure has a known cause. */
export interface Fault {
  /** Also the name of its scenario and strategy. */
  readonly name: string;
  /** What is done, in one sentence. */
  readonly does: string;
  readonly app: ScriptedApp | ManifestApp;
  readonly loads: readonly z.input<typeof loadSchema>[];
  /** Load before the fault is played; default 800 ms. */
  readonly baselineMs?: number;
  /** No Pod goes and none comes: there is nothing to recover from. */
  readonly noPodGoes?: true;
  /** With fewer seeded failures it has not been played as meant; default 50. */
  readonly leastSeeds?: number;
  /** A script that runs inside the load generator. */
  readonly inLoadGenerator?: string;
  /** Plays it and returns when it is over; the Pods are those that it was aimed at. */
  readonly play: (stage: Stage) => Promise<readonly Victim[]>;
  /** Judges one failed request by the records, never by what observers saw. */
  readonly judge: (request: RequestRecord, truth: Truth) => Judgement;
}
