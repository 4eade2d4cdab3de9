import type { EngineName, Outcome, RequestRecord } from '../model/request-record.ts';
import type { LoadSpec } from '../model/scenario.ts';

/** Where load goes: an IPv4 address (or a name; an address is better, look-ups take time) and a TCP port. */
export interface LoadTarget {
  readonly host: string;
  readonly port: number;
}

export interface LoadContext {
  /** NodePorts of several nodes, at least one. Connections are spread over them in turn. */
  readonly targets: readonly LoadTarget[];
  /** Where the only target is a name: what it means now. Connections are spread over these in turn. */
  readonly addresses?: () => readonly string[];
  /** Nanoseconds since run start on CLOCK_MONOTONIC. */
  readonly nowNs: () => number;
  /** Called exactly once for every request, in the order of completion. */
  readonly onRecord: (record: RequestRecord) => void;
  /** `false` holds new sends back: the ledger's disk is behind. Default: never. */
  readonly canRecord?: () => boolean;
  /** Aborting is `stop({ drainMs: 0 })`. */
  readonly signal?: AbortSignal;
}

/** What is known while the load runs. Counts are since its start. */
export interface LiveCounters {
  /** Requests the load model meant to send, the open ones included. */
  readonly intended: number;
  /** Started and not ended yet. */
  readonly inFlight: number;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
  /** TCP connections tried. */
  readonly connections: number;
  /** Reused connections that died with no request on them: no failed request. */
  readonly idleCloses: number;
  /** Times a server sent bytes that no request had asked for; the connection was given up. */
  readonly unsolicited: number;
  /** Paced closed model: slots that passed while their connection was still waiting for an answer. */
  readonly skippedSlots: number;
}

export interface LoadSummary extends LiveCounters {
  readonly load: string;
  readonly engine: EngineName;
  /** When the schedule began, when sending stopped, when the last request was settled: ns since run start. */
  readonly startNs: number;
  readonly stopNs: number;
  readonly endNs: number;
  /** start − intended of the requests that were sent, ms; `null` when none was. */
  readonly latenessMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
}

export interface LoadRun {
  counters(): LiveCounters;
  /**
   * No new sends from now on; waits up to `drainMs` for what is in flight; what is then still open becomes
   * `censored`; then every socket is destroyed. Calling it again returns the same promise.
   */
  stop(options: { readonly drainMs: number }): Promise<LoadSummary>;
}

export interface LoadEngine {
  readonly name: EngineName;
  start(spec: LoadSpec, context: LoadContext): LoadRun;
}
