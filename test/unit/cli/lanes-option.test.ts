import { Command } from 'commander';
import { expect, test } from 'vitest';

import { lanesOption } from '../../../src/cli/lanes-option.ts';

const parsed = (value: string): unknown =>
  new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addOption(lanesOption('--lanes <n>', 'how many'))
    .parse(['--lanes', value], { from: 'user' })
    .opts()['lanes'];

test('a number of lanes is a whole number from 1 to 16, or auto', () => {
  expect([parsed('1'), parsed('16'), parsed('auto')]).toEqual([1, 16, 'auto']);
});

test.each(['0', '17', '2.5', '-1', 'many'])('%s is no number of lanes', (value) => {
  expect(() => parsed(value)).toThrow(/is neither auto nor a whole number from 1 to 16/);
});
