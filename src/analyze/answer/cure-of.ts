import type { Cause } from '../../model/attribution.ts';
import { formatMs } from '../words/format-figures.ts';

/** What was measured that a cure depends on. */
export interface CureFacts {
  /** The requests went over connections that are used again and again. */
  readonly keptAlive: boolean;
  /** Their containers were killed: nobody asked them to end. */
  readonly killed: boolean;
  /** The longest time that such a connection waited for its next request, ms; `null` where none was used twice. */
  readonly longestIdleMs: number | null;
  /** When the last node stopped sending to a Pod that went, ms since its delete, at the worst; `null`: not known. */
  readonly lastRulesMs: number | null;
}

/** Why no setting of a Pod helps where its container is killed, and what does. */
export const SPARED_A_KILL =
  'a process that is killed has neither a preStop hook nor a grace period; clients are spared it that send such a request again';
/** What a process that is killed cannot help. */
const BY_A_KILL: ReadonlySet<Cause> = new Set([
  'listener-closed-still-routed',
  'pod-gone-still-routed',
  'killed-in-flight',
  'keepalive-race',
]);

/**
 * What ends failures of this cause, as a clause that can follow a colon. One place for all of it: a cure follows from
 * the cause and from what was measured, never from habit. `null` where the service has nothing to mend, or where the
 * cause is not known.
 */
export function cureOf(cause: Cause, facts: CureFacts): string | null {
  if (facts.killed && BY_A_KILL.has(cause)) return `no setting of the Pod does: ${SPARED_A_KILL}`;
  switch (cause) {
    case 'listener-closed-still-routed':
    case 'pod-gone-still-routed':
      return `the container that serves must go on listening until the last node has stopped sending to the Pod${rules(facts)}, and until it has accepted what waits: by a preStop there that waits longer, or by an app that drains`;
    case 'half-open-connection':
      return 'the server must close its connections, told by “Connection: close”, before its Pod goes; a client that was never told needs an idle time-out of its own';
    case 'killed-in-flight':
      return 'the app must answer what it has in hand before it ends, and have a grace period that is long enough for that';
    case 'keepalive-race':
      return `${announcing(facts)}; a longer preStop does not help`;
    case 'draining-rejected':
      return facts.keptAlive
        ? `serving on, and ${announcing(facts)}; a longer preStop does not help`
        : `the app must serve on until the last node has stopped sending to the Pod${rules(facts)}, or be told to stop only then, by a preStop that waits longer`;
    case 'no-endpoints':
      return 'another Pod must be ready before the last one goes (more replicas, a surge, a disruption budget), and until then the one that goes must not fail its readiness';
    case 'name-not-found':
      return 'the name must have an address as long as it is asked for: that of a headless Service only has one while a Pod is ready';
    case 'name-server-silent':
      return 'the cluster’s name server must answer: more replicas of it, or a cache on each node';
    case 'replacement-not-ready':
      return 'the readiness probe must pass only once the Pod answers well';
    case 'overload':
      return 'the Pods that stay need room for the load of those that go: more replicas, or fewer that go at once';
    case 'client':
    case 'ambiguous':
    case 'unexplained':
      return null;
  }
}

function rules({ lastRulesMs }: CureFacts): string {
  return lastRulesMs === null ? '' : ` (${formatMs(lastRulesMs)} after the delete at the worst)`;
}

function announcing({ longestIdleMs }: CureFacts): string {
  const seen = longestIdleMs === null ? '' : ` (${formatMs(longestIdleMs)} here)`;
  return `answering with “Connection: close” for longer than the longest idle time of a connection${seen} before closing it`;
}
