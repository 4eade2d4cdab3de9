/**
 * What is kept of a container's log at most: a container may write without end, and what it writes must neither fill our
 * memory nor the disk, nor take the cores that a load wants. All are far beyond what apps write, and reaching one is said.
 */
export const LOG_BOUNDS = {
  /** Of a line, bytes; the rest of it is left out. */
  lineBytes: 64 * 2 ** 10,
  /** Of the log of one life of a container, bytes; what comes after is read for stamps, and not kept. */
  keptBytes: 256 * 2 ** 20,
  /** Read of one log in a second, bytes; whoever writes more is read behind. */
  bytesPerSecond: 16 * 2 ** 20,
} as const;
