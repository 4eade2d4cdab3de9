import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openJournal } from '../../../src/history/journal-writer.ts';
import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import { leftoversError } from '../../../src/run/leftovers-error.ts';

type Entry = Parameters<Awaited<ReturnType<typeof openJournal>>['write']>[0];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-left-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function journal(...entries: Entry[]): Promise<void> {
  const writer = await openJournal(folder);
  for (const entry of entries) await writer.write(entry);
  await writer.close();
}

const AGENT = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'team', name: 'agent-a1b2c3' };
const CLEAN = 'drainbench clean --run R --context C';

test('a run whose journal says that all is removed has left nothing, whatever else failed', async () => {
  await journal(
    { type: 'intent', ...AGENT },
    { type: 'created', ...AGENT, uid: 'u' },
    { type: 'removed', ...AGENT },
    { type: 'node-change', node: 'n1' },
    { type: 'node-restored', node: 'n1' },
  );
  expect(await leftoversError(folder, CLEAN, new Error('something'))).toBeNull();
});

test('a measured run that left something ends with an error that names it and the way to remove it', async () => {
  await journal(
    { type: 'intent', ...AGENT },
    { type: 'created', ...AGENT, uid: 'u' },
    { type: 'node-change', node: 'n1' },
  );
  expect(await leftoversError(folder, CLEAN, null)).toMatchObject({
    code: 'left-behind',
    message: '1 object and 1 changed node of the run may still be on the cluster',
    left: ['DaemonSet team/agent-a1b2c3', 'Node n1, closed or tainted by the run'],
    fix: CLEAN,
    exitCode: 69,
  });
});

test('the reason why the run ended stays the headline of the error', async () => {
  await journal({ type: 'intent', ...AGENT });
  const cause = new DrainbenchError({ code: 'lease-lost', message: 'no longer ours', fix: 'wait' });
  expect(await leftoversError(folder, CLEAN, cause)).toMatchObject({
    code: 'lease-lost',
    message: 'no longer ours; 1 object of the run may still be on the cluster',
    fix: `wait; then ${CLEAN}`,
    cause,
  });
});
