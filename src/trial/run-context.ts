import type { KubeConfig } from '@kubernetes/client-node';

import type { Cluster } from '../cluster/cluster.ts';
import type { disrupt } from '../disrupt/disrupt.ts';
import type { JournalWriter } from '../history/journal-writer.ts';
import type { InsideLoads } from '../inside/inside-loads.ts';
import type { NodeAgents } from '../inside/node-agents.ts';
import type { LiveCounters } from '../load/load-engine.ts';
import type { TrialPhase } from '../model/history-event.ts';
import type { PlannedTrial } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import type { KubeObject } from '../workload/kube-object.ts';

/** What all trials of a run share. */
export interface RunContext {
  readonly scenario: Scenario;
  readonly runId: string;
  readonly runPath: string;
  readonly namespace: string;
  /** The run made the namespace: nothing else is in it. */
  readonly ownNamespace: boolean;
  readonly cluster: Cluster;
  /** `null`: no agents run on the nodes. */
  readonly agents: NodeAgents | null;
  /** `null`: all loads run on this machine. */
  readonly insideLoads: InsideLoads | null;
  /** Path of the k6 program; `null`: no load is k6's. */
  readonly k6: string | null;
  readonly kubeConfig: KubeConfig;
  readonly journal: JournalWriter;
  /** The user's own objects; empty for a sample app or an image. */
  readonly manifest: readonly KubeObject[];
  /** Full name of an image → the name that the nodes know it by. */
  readonly images: ReadonlyMap<string, string>;
  /** Trials follow each other on one deployment of the app where they can. */
  readonly deployOnce: boolean;
  /** Other trials' workloads may be there at the same time. */
  readonly sideBySide: boolean;
  readonly disrupt: typeof disrupt;
  /** `process.hrtime.bigint()` and wall clock at run start. */
  readonly runStartNs: bigint;
  readonly runStartWallMs: number;
  readonly signal: AbortSignal;
  readonly onPhase: (trial: PlannedTrial, phase: TrialPhase) => void;
  readonly onCounters: (trial: PlannedTrial, load: string, counters: LiveCounters) => void;
}
