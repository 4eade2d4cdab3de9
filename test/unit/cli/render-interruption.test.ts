import { expect, test } from 'vitest';
import { renderInterruption } from '../../../src/cli/render-interruption.ts';
import { DrainbenchError } from '../../../src/model/drainbench-error.ts';

const aborted = () => new DOMException('This operation was aborted', 'AbortError');

test('the message says that everything is removed where nothing came up but the interruption', () => {
  const { text, exitCode } = renderInterruption(aborted());
  expect(text).toContain('everything it made is removed');
  expect(exitCode).toBe(130);
});

test('what is left is named, with the command that removes it, and the exit code is not that of a clean end', () => {
  const error = new DrainbenchError({
    code: 'left-behind',
    message: '1 object of the run may still be on the cluster',
    left: ['Namespace drainbench-a1b2c3-9x8y'],
    fix: 'drainbench clean --run R --context C',
    cause: aborted(),
  });
  const { text, exitCode } = renderInterruption(error);
  expect(text).not.toContain('everything it made is removed\n  ');
  expect(text).toContain('NOT everything it made is removed');
  expect(text).toContain('  left: Namespace drainbench-a1b2c3-9x8y\n');
  expect(text).toContain('drainbench clean --run R --context C');
  expect(exitCode).toBe(69);
});

test.each([
  new DrainbenchError({ code: 'kind-failed', message: 'kind delete cluster failed' }),
  new Error('kind delete cluster failed'),
])('where something else failed nothing is claimed, and what failed is said: $name', (error) => {
  const { text, exitCode } = renderInterruption(error);
  expect(text).not.toContain('everything');
  expect(text).toContain('kind delete cluster failed');
  expect(exitCode).toBe(130);
});
