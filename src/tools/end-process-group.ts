import { setTimeout as sleep } from 'node:timers/promises';

import { signalGroup } from '../model/signal-process.ts';

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
