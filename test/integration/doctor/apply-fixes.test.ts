import { expect, test } from 'vitest';

import { applyFixes } from '../../../src/doctor/apply-fixes.ts';

test('each command is run in order, and one that fails is reported without stopping the rest', async () => {
  let seen = '';
  const report = await applyFixes(['echo one', 'echo broken >&2; exit 3', 'echo two'], {
    onOutput: (text) => (seen += text),
  });
  expect(report.ran.map(({ exitCode }) => exitCode)).toEqual([0, 3, 0]);
  expect(report.failed).toMatchObject([{ command: 'echo broken >&2; exit 3', output: 'broken' }]);
  expect(seen).toBe('$ echo one\none\n$ echo broken >&2; exit 3\nbroken\n$ echo two\ntwo\n');
});

test('package managers are told to ask nothing', async () => {
  const { ran } = await applyFixes(['echo "$DEBIAN_FRONTEND"']);
  expect(ran[0]?.output).toBe('noninteractive');
});

test('an abort ends the command under way, starts no other, and rejects', async () => {
  const stop = new AbortController();
  let seen = '';
  const applied = applyFixes(['echo started; exec sleep 3600', 'echo never'], {
    signal: stop.signal,
    onOutput: (text) => {
      seen += text;
      if (text === 'started\n') stop.abort(new Error('stopped'));
    },
  });
  await expect(applied).rejects.toThrow('stopped');
  expect(seen).not.toContain('never');
});
