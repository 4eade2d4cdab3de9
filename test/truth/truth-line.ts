/** One thing that a scripted server, a scripted client or the harness did, told by whoever did it. */
export interface TruthLine {
  /** Ns since run start; server and client read the same CLOCK_MONOTONIC. */
  readonly atNs: number;
  /** Name of the Pod whose server it was; `null` for the harness and the load generator. */
  readonly pod: string | null;
  readonly what: string;
  /** `x-request-id` of the request that it happened to. */
  readonly id?: string | null;
  /** Last request that was answered on a connection which the server's script then closed. */
  readonly lastId?: string;
  /** Port of the client's end of a connection that a script ended, or did something to. */
  readonly clientPort?: number;
  /** Who connected to a server, as the server sees it. */
  readonly peer?: string;
  readonly peerPort?: number;
  /** Names of the distractors of the whole play. */
  readonly distractors?: readonly string[];
}
