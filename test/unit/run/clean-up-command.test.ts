import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { cleanUpCommand } from '../../../src/run/clean-up-command.ts';

const run = { runId: 'R', reachedBy: '--context C', namespace: undefined, reportsRoot: resolve('reports') };

test('the command that cleans up says where, and only what it must', () => {
  expect(cleanUpCommand(run)).toBe('drainbench clean --run R --context C');
  expect(cleanUpCommand({ ...run, namespace: 'team', reportsRoot: '/elsewhere' })).toBe(
    'drainbench clean --run R --context C --namespace team --reports /elsewhere',
  );
});
