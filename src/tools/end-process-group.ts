import { setTimeout as sleep } from 'node:timers/promises';

/** How long a compiler may take to tidy up after SIGINT before it is killed, in ms. */
const tidyUpMs = 3_000;
const pollMs = 20;

/**
 * Ends a process group and returns when none of its processes is left: SIGINT first, on which Go removes its
 * work folder, then SIGKILL. Waits at most `tidyUpMs` for each.
 */
export async function endProcessGroup(leaderPid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    if (!signalGroup(leaderPid, signal)) return;
    const deadline = performance.now() + tidyUpMs;
    while (signalGroup(leaderPid, 0) && performance.now() < deadline) await sleep(pollMs);
  }
}

/** False when the group has no process left. */
function signalGroup(leaderPid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leaderPid, signal);
    return true;
  } catch {
    return false;
  }
}
