import type { RequestRecord } from '../../src/model/request-record.ts';
import type { Fault, Load, ScriptedApp } from './fault.ts';
import type { Stage } from './stage.ts';
import type { Truth } from './truth.ts';

/** Something that happens in a cluster besides, and must not change what is said of a fault. */
export interface Distractor {
  readonly name: string;
  /** What it does, in one sentence. */
  readonly does: string;
  /** Lines of the truth record that each tell of one happening. */
  readonly happenings: readonly string[];
  /** With fewer happenings it was not there; default 3. */
  readonly least?: number;
  /** Only where Pods go. */
  readonly needsGoing?: true;
  /** How long the load goes on after the fault, so that there is time for it; default 300 ms. */
  readonly tailMs?: number;
  readonly dressApp?: (app: ScriptedApp) => ScriptedApp;
  readonly dressLoad?: (load: Load) => Load;
  /** Begins under load, before the fault is played; returns what ends it once the trial is over. */
  readonly begin?: (stage: Stage) => Promise<() => Promise<void>>;
  /**
   * Why this request may have failed by the distractor's own doing, so that nothing is known of it unless a server had it.
   */
  readonly excuse?: (request: RequestRecord, truth: Truth) => string | null;
}

/** Whether a fault keeps its meaning beside a distractor. */
export function fits({ name, needsGoing }: Distractor, fault: Fault): boolean {
  if (needsGoing === true && fault.ends !== undefined) return false;
  return fault.unfit?.[name] === undefined;
}
