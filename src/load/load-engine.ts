import type { EngineName, Outcome, RequestRecord } from '../model/request-record.ts';
import type { LoadSpec } from '../model/scenario.ts';
import type { NameCache } from './name-cache.ts';

/** Where load goes: an IPv4 address (or a name; an address is better, look-ups take time) and a TCP port. */
export interface LoadTarget {
  readonly host: string;
  readonly port: number;
}

/** A load as one trial puts it on. */
export interface TrialLoad extends LoadSpec {
  /**
   * What the ids that are sent begin with, where the app's ledger has requests of other trials too. Default: nothing.
   */
  readonly requestPrefix?: string;
  /** `engine: k6`: path of the program. */
  readonly k6?: string;
}

export interface LoadContext {
  /** NodePorts of several nodes, at least one. Connections are spread over them in turn. */
  readonly targets: readonly LoadTarget[];
  /** Looks up targets that are names; default: one of its own. Connections are spread over a name's addresses in turn. */
  readonly names?: NameCache;
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
  /** Requests the load model meant to send, what its client model repeated and the open ones included. */
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
}

/** An address that a name meant to a load's clients, and until when, ns since run start: its record's end of life. */
export interface MeantAddress {
  readonly address: string;
  readonly untilNs: number;
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
  /** Only of a load whose targets are names. */
  readonly meant?: readonly MeantAddress[];
  /** Only of an engine that stamps by another clock than the run's: how far off its times may be, ns. */
  readonly clockUncertaintyNs?: number;
  /** Only of an engine that is another program: what that counted itself, and what of it reached the ledger. */
  readonly told?: readonly ToldCount[];
  /** Requests that met an ended connection and were sent on another one, without the engine saying so. Default: none. */
  readonly silentReconnects?: number;
}

/** One figure of an engine's own summary. */
export interface ToldCount {
  /** By its own name. */
  readonly name: string;
  readonly told: number;
  readonly inLedger: number;
}

export interface LoadRun {
  counters(): LiveCounters;
  /** Resolves when it sends, where that takes another program to begin with; rejects when that does not come about. */
  readonly sending?: Promise<void>;
  /** Rejects when the load ended before it was stopped. Never resolves. Absent: it cannot end by itself. */
  readonly broken?: Promise<never>;
  /**
   * No new sends from now on; waits up to `drainMs` for what is in flight; what is then still open becomes
   * `censored`; then every socket is destroyed. Calling it again returns the same promise.
   */
  stop(options: { readonly drainMs: number }): Promise<LoadSummary>;
}

export interface LoadEngine {
  readonly name: EngineName;
  start(spec: TrialLoad, context: LoadContext): LoadRun;
}
