import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import type { KubeletLogSource } from '../cluster/cluster.ts';
import { runOnNode } from './dataplane/run-on-node.ts';
import { splitLines } from './split-lines.ts';

/** Reads the complete lines that were written since the log was opened; to be called once. */
export type ReadSince = () => AsyncGenerator<string>;

/**
 * Takes down where a node's kubelet log ends now; nothing is read before it is asked for. The reading throws when the log
 * is missing, was begun anew, or has lost lines.
 */
export async function openKubeletLog(source: KubeletLogSource): Promise<ReadSince> {
  return 'path' in source ? openFile(source.path) : openJournal(source.journalctl);
}

async function openFile(path: string): Promise<ReadSince> {
  const before = await stat(path).catch(() => null);
  return async function* () {
    const after = await stat(path).catch(() => null);
    if (before === null || after === null) throw new Error(`there is no ${path}`);
    if (after.ino !== before.ino || after.size < before.size)
      throw new Error('the log was begun anew during the trial');
    if (after.size === before.size) return;
    const range = { start: before.size, end: after.size - 1 };
    const chunks = createReadStream(path, range) as AsyncIterable<Buffer>;
    // A line that is still being written is about something after the trial's end.
    for await (const { text, complete } of splitLines(chunks, () => 0)) if (complete) yield text;
  };
}

/** journald stamps an entry when it receives it, after the kubelet has written it: none is missed. */
function openJournal(journalctl: readonly [string, ...string[]]): ReadSince {
  const since = `@${(Date.now() / 1000).toFixed(3)}`;
  return async function* () {
    const run = (...args: string[]) => runOnNode(() => [...journalctl, ...args], '', ['journalctl', ...args]);
    // What the kubelet has written may not have been taken in.
    await run('--sync');
    const text = await run('--unit', 'kubelet', '--output', 'cat', '--no-pager', '--quiet', '--since', since);
    for (const line of text.split('\n')) {
      if (/^Suppressed \d+ messages from /.test(line)) throw new Error(`the node's journal: ${line}`);
      yield line;
    }
  };
}
