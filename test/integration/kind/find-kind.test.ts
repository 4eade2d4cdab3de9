import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { findKind } from '../../../src/cluster/kind/find-kind.ts';
import { ScriptedEngine } from '../../support/engine/scripted-engine.ts';

let engine: ScriptedEngine;
beforeEach(() => {
  engine = new ScriptedEngine();
  engine.enter({ PATH: `${engine.environment.PATH}:${process.env['PATH'] ?? ''}` });
});
afterEach(() => {
  engine.release();
});

/** What it says of the kind on the PATH; the pinned one is not waited for. */
async function find() {
  const lines: string[] = [];
  const enough = new AbortController();
  const onNotice = (line: string) => {
    lines.push(line);
    enough.abort();
  };
  const found = await findKind({ signal: enough.signal, onToolProgress: () => undefined, onNotice }).catch(
    () => null,
  );
  return { lines, found };
}

it('takes the kind on the PATH that is as new as the pinned one', async () => {
  expect(await find()).toEqual({ lines: [], found: join(engine.folder, 'bin/kind') });
});

it.each([
  ['kind v0.20.0 go1.20.4 linux/amd64', 'is v0.20.0'],
  ['something else', 'does not say its version'],
])('passes over one that says “%s”, and says so in a line', async (said, why) => {
  engine.answer('kind', { version: `echo '${said}'` });
  const { lines, found } = await find();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`bin/kind ${why}; taking kind v0.`);
  expect(found).not.toBe(join(engine.folder, 'bin/kind'));
});
