import type { AnalyzedTrial } from '../analyze/run-result.ts';
import type { disrupt } from '../disrupt/disrupt.ts';
import type { LiveCounters } from '../load/load-engine.ts';
import type { TrialPhase } from '../model/history-event.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { ToolProgress } from '../tools/tool-progress.ts';

export interface RunOptions {
  readonly existingCluster: string | null;
  readonly signal: AbortSignal;
  readonly progress: RunProgress;
  /** Does something else than what the plan's disruption says, as the truth tests do. */
  readonly disrupt?: typeof disrupt;
  /**
   * Asked when the plan is through: the manifest with more trials in its plan, and whatever else they need; `null`: there
   * are none. Default: none.
   */
  readonly grow?: (manifest: RunManifest) => RunManifest | null;
  /** How often a trial may be tried until it is not void; all attempts are kept. Default: 2. */
  readonly maxAttempts?: number;
}

/** What a run tells while it goes on; wording is the caller's. */
export interface RunProgress {
  readonly tool: (progress: ToolProgress) => void;
  readonly step: (message: string) => void;
  readonly phase: (trial: PlannedTrial, phase: TrialPhase) => void;
  readonly counters: (trial: PlannedTrial, load: string, counters: LiveCounters) => void;
  readonly trialDone: (trial: AnalyzedTrial) => void;
  /** The command that cleans up after this run should it be killed, as soon as there may be anything to clean up. */
  readonly cleanUp: (command: string) => void;
}
