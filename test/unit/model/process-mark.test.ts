import { expect, it } from 'vitest';

import { isMarkOfDead, processMark } from '../../../src/model/process-mark.ts';

const [pid = '', startTicks = '', namespace = '', boot = ''] = processMark().split('-');

it('a mark is not of a dead process while its process runs', () => {
  expect(isMarkOfDead(processMark())).toBe(false);
});

it.each([
  ['when the pid is another process’ by now', [pid, '1', namespace, boot]],
  ['when nobody has the pid', [String(2 ** 22 + 1), startTicks, namespace, boot]],
  ['after a reboot', [pid, startTicks, namespace, '0badb007']],
])('a mark is of a dead process %s', (_when, parts) => {
  expect(isMarkOfDead(parts.join('-'))).toBe(true);
});

it.each(['', '12', `${pid}-${startTicks}`, '../../etc', `${pid}-${startTicks}-${namespace}-${boot}-x`])(
  'what is no mark, as %j, is nobody’s to remove',
  (name) => {
    expect(isMarkOfDead(name)).toBe(false);
  },
);
