import type { z } from 'zod';

import type { Cause } from '../../src/model/attribution.ts';
import type { Disrupted } from '../../src/disrupt/disruption-kind.ts';
import type { Victim } from '../../src/disrupt/disruption-context.ts';
import type { RequestRecord } from '../../src/model/request-record.ts';
import type { loadSchema } from '../../src/model/scenario.ts';
import type { Stage } from './stage.ts';
import type { Truth } from './truth.ts';

/** What a seeded failure is known to be; `none`: nothing was done, so that nothing may fail. */
export type SeededCause = Exclude<Cause, 'ambiguous' | 'unexplained'> | 'none' | OutsideCause;

/**
 * What no cause of the tool is for, because neither a Pod nor its going had a hand in it: there the right answer is
 * `unexplained`, and every cause that is named is a wrong one.
 *
 * - `reset-in-between`: something between client and Pod reset the connection, or forgot it
 * - `app-error`: an app that stays answered what it always answers, or what is no HTTP
 */
export const OUTSIDE_CAUSES = ['reset-in-between', 'app-error'] as const;
type OutsideCause = (typeof OUTSIDE_CAUSES)[number];

/** Why a request failed, known from who failed it; or why that is not known beyond doubt. */
export type Judgement = { readonly cause: SeededCause } | { readonly notCounted: string };

export type Load = z.input<typeof loadSchema>;

/** The Deployment that is under load: scripted servers. */
export interface ScriptedApp {
  readonly replicas: number;
  /** Of the server, see app/main.js. */
  readonly env: Readonly<Record<string, string>>;
  /** How long a Pod may take to end; default 5 s. */
  readonly graceSeconds?: number;
  /** A proxy of the same Pod takes the load in the server's place; its settings, see app/proxy.js. */
  readonly proxy?: Readonly<Record<string, string>>;
  /** A log shipper beside the server, see app/companion.js. */
  readonly companion?: true;
  /** The server knows how often it has been started in its Pod. */
  readonly countsStarts?: true;
  /** Command of the server's preStop hook. */
  readonly hook?: readonly string[];
  /** Command of the server's liveness probe, every other second. */
  readonly execProbe?: readonly string[];
}

/** A fault whose every failure has a known cause. */
export interface Fault {
  /** Also the name of its scenario and strategy. */
  readonly name: string;
  /** What is done, in one sentence. */
  readonly does: string;
  readonly app: ScriptedApp;
  readonly loads: readonly Load[];
  /** Load before the fault is played; default 800 ms. */
  readonly baselineMs?: number;
  /** What ends, where it is not Pods. */
  readonly ends?: 'containers' | 'nothing';
  /** With fewer seeded failures it has not been played as meant; default 50. */
  readonly leastSeeds?: number;
  /** A script that runs inside the load generator. */
  readonly inLoadGenerator?: string;
  /** Distractors that would take its meaning away: name → why. */
  readonly unfit?: Readonly<Record<string, string>>;
  /** Plays it and returns when it is over; the Pods are those that it was aimed at. */
  readonly play: (stage: Stage) => Promise<readonly Victim[] | Disrupted>;
  /** Judges one failed request by the records, never by what observers saw. */
  readonly judge: (request: RequestRecord, truth: Truth) => Judgement;
}
