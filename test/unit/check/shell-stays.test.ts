import { expect, test } from 'vitest';

import { shellStays } from '../../../src/check/shell-stays.ts';

test.each([
  ['node server.js | tee log'],
  ['migrate && node server.js | tee log'],
  ['node server.js; true'],
  ['node server.js; exit $?'],
  ['node server.js & wait'],
  ['node server.js | tee "a | b" # exec is not meant'],
])('a shell stays as process 1 for “%s”', (script) => {
  expect(shellStays(['/bin/sh', '-c', script])).toBe('stays');
  expect(shellStays(['busybox', 'sh', '-ec', script])).toBe('stays');
});

test.each([
  ['node server.js'],
  ['migrate && node server.js'],
  ['[ -n "$A" ] && exec node a.js; node b.js'],
  ['. ./env; true'],
  ['node server.js $(cat options | head -1)'],
  ['node server.js "a | b"'],
  ['node server.js || echo failed && node again.js'],
])('what becomes of a shell is not sure for “%s”', (script) => {
  expect(shellStays(['bash', '-lc', script])).toBe('unsure');
});

test.each([
  [['node', 'server.js']],
  [['sh', '-c', 'migrate; exec node server.js']],
  [['busybox', 'httpd', '-f']],
  [['sh', '-c', 'trap "kill $pid" TERM; node server.js & pid=$!; wait']],
  [['tini', '--', 'sh', '-c', 'node server.js | tee log']],
])('no shell is process 1 for %j', (command) => {
  expect(shellStays(command)).toBe('none');
});

test('a script in a file is not known', () => {
  expect(shellStays(['sh', '/start.sh'])).toBe('unsure');
});
