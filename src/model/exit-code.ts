/** Exit codes of every drainbench command. They are API: scripts and CI jobs branch on them. */
export const EXIT = {
  pass: 0,
  fail: 1,
  inconclusive: 2,
  /** The measurement itself is not valid; nothing may be concluded from it. */
  void: 3,
  /** A wrong option, a scenario error (sysexits EX_USAGE). */
  usage: 64,
  /** The machine or the cluster cannot do what was asked, or did not let all be removed (sysexits EX_UNAVAILABLE). */
  unavailable: 69,
  /** A bug of ours (sysexits EX_SOFTWARE). */
  internal: 70,
  /** Interrupted, and cleaned up (128 + SIGINT). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
