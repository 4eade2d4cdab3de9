// A command as ours are: it prints while it works, ends at once when it is interrupted, and then cleans up.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';

import { interruption } from '../../../src/cli/interruption.ts';
import { runCommandLine } from '../../../src/cli/run-command-line.ts';

await runCommandLine(() =>
  Promise.resolve(new Command().argument('<trouble>').argument('<notes>').action(work)),
);

/** @param notes a file: each line is something that it came to. */
async function work(trouble: string, notes: string): Promise<void> {
  const note = (line: string) => appendFileSync(notes, `${line}\n`);
  const say = setInterval(() => {
    process.stdout.write('working\n');
    process.stderr.write('working\n');
  }, 10);
  note(`began ${process.pid}`);
  try {
    if (trouble === 'exception') setTimeout(() => fail(), 10);
    // eslint-disable-next-line @typescript-eslint/no-floating-promises -- the very thing
    if (trouble === 'rejection') sleep(10).then(fail);
    if (trouble === 'hangs') await new Promise(() => clearInterval(say));
    if (trouble === 'none') await sleep(500);
    else await sleep(20_000, undefined, { signal: interruption.signal });
  } finally {
    note('cleaning');
    if (trouble === 'exception') setTimeout(() => fail(), 10);
    await sleep(500);
    clearInterval(say);
    note('clean');
  }
}

function fail(): never {
  throw new Error('nobody expects this');
}
