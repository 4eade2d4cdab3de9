// What a process makes of the boxes in its state folder; in a process of its own, for its limits and its namespaces.
import { openSync } from 'node:fs';

import { readBox } from '../../../src/cluster/embedded/box-store.ts';
import { sweepDeadBoxes } from '../../../src/cluster/embedded/sweep.ts';
import { identifySelf, lifeOf, type ProcessIdentity } from '../../../src/model/process-identity.ts';

const [what, argument = ''] = process.argv.slice(2);
if (what === 'sweep') say(await sweepDeadBoxes());
if (what === 'life') say(lifeOf(JSON.parse(argument) as ProcessIdentity));
if (what === 'self') say(identifySelf());
if (what === 'read without descriptors') {
  const told = await readBox(argument).then(
    (box) => `read: ${JSON.stringify(box)}`,
    (error: unknown) => String(error),
  );
  if (told !== 'read: null') throw new Error(told); // with descriptors it is not there
  useUpDescriptors();
  say(
    await readBox(argument).then(
      () => 'read',
      (error: unknown) => String((error as { found?: string }).found),
    ),
  );
}

function useUpDescriptors(): void {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // EMFILE
  }
}

function say(value: unknown): void {
  process.stdout.write(JSON.stringify(value));
}
