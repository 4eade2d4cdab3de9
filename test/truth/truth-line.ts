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
  /** Port of the connection that the load generator's own script ended. */
  readonly clientPort?: number;
}
