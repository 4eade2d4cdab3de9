// Plays one after the other in one box, and tells its parent of each (`main.ts`, which judges them meanwhile): analysis
// must not hold up a process that stamps events.
import { join } from 'node:path';

import type { Play } from './play.ts';
import { playFault } from './play-fault.ts';
import { programme, type Choice } from './programme.ts';
import { withBox } from './with-box.ts';

/** What a player is told: its plays, all in one proxy mode, and where their runs go. */
export interface Order {
  readonly choice: Choice;
  readonly root: string;
}

export type Report =
  | { readonly type: 'step'; readonly message: string }
  | { readonly type: 'played'; readonly runPath: string; readonly tookMs: number }
  /** A play that could not be given as meant; the others go on. */
  | { readonly type: 'failed'; readonly why: string };

const interrupted = new AbortController();
for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, () => interrupted.abort());

process.once('message', (order: Order) => {
  playAll(order, tell).then(
    () => process.disconnect(),
    (error: unknown) => {
      tell({ type: 'failed', why: `the player ended: ${String(error)}` });
      process.exitCode = 1;
      process.disconnect();
    },
  );
});

function tell(report: Report): void {
  if (process.connected) process.send?.(report);
}

async function playAll({ choice, root }: Order, report: (each: Report) => void): Promise<void> {
  const plays = programme(choice);
  const [first] = plays;
  if (first === undefined) return;
  const { signal } = interrupted;
  const onStep = (message: string) => report({ type: 'step', message });
  await withBox(first.proxyMode, { signal, onStep }, async (cluster, versions) => {
    const over: Promise<unknown>[] = [];
    for (const [index, play] of plays.entries()) {
      const beganMs = performance.now();
      try {
        const reportsRoot = folderOf(root, play);
        const played = await playFault(play, { cluster, reportsRoot, versions, seed: index + 1, signal });
        over.push(played.over);
        report({ type: 'played', runPath: played.runPath, tookMs: performance.now() - beganMs });
      } catch (error) {
        signal.throwIfAborted();
        const why = `${play.proxyMode} ${play.fault.name} (${play.cast}): ${String(error)}`;
        report({ type: 'failed', why });
      }
    }
    for (const result of await Promise.allSettled(over)) {
      if (result.status === 'rejected')
        report({ type: 'failed', why: `a run was not given back: ${String(result.reason)}` });
    }
  });
}

function folderOf(root: string, { proxyMode, cast }: Play): string {
  return join(root, proxyMode, cast);
}
