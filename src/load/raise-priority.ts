import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const PRIORITY = -10;

/**
 * Asks the kernel to wake this process first, so that a busy machine does not make a paced load late. Needs root;
 * without it, sends are merely later, and that is recorded. Not for an unpaced load, which would take a whole core from
 * the cluster that it measures.
 */
export function raisePriority(): void {
  try {
    setPriority(PRIORITY);
    // With autogrouping, priorities only count inside a session; this one is for the session, and we are alone in it.
    writeFileSync('/proc/self/autogroup', String(PRIORITY));
  } catch {
    // Not allowed, or no such file: lateness tells how much it mattered.
  }
}
