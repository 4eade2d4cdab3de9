import { Command } from 'commander';
import { expect, test } from 'vitest';

import { freeNameOption, givenName, nameArgument } from '../../../src/cli/name-option.ts';
import { namesOption } from '../../../src/cli/names-option.ts';

function parse(...args: string[]): string | null {
  let named: string | null = null;
  new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addArgument(nameArgument())
    .addOption(freeNameOption())
    .action((argument: string | undefined, options: { name?: string }) => {
      named = givenName(argument, options);
    })
    .parse(args, { from: 'user' });
  return named;
}

test('a cluster is named by an argument or by an option, or not at all', () => {
  expect(parse('mine')).toBe('mine');
  expect(parse('--name', 'mine')).toBe('mine');
  expect(parse('mine', '--name', 'mine')).toBe('mine');
  expect(parse()).toBeNull();
});

test('two different names, and one that no path may hold, are refused', () => {
  expect(() => parse('mine', '--name', 'yours')).toThrow(
    expect.objectContaining({ code: 'option-conflict', exitCode: 64 }) as Error,
  );
  expect(() => parse('../etc')).toThrow();
  expect(() => parse('--name', '../etc')).toThrow();
});

test('names are given one by one or separated by commas', () => {
  const names = (...args: string[]) =>
    new Command()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
      .addOption(namesOption('--strategy <name>', 'which'))
      .parse(args, { from: 'user' })
      .opts<{ strategy?: string[] }>().strategy;
  expect(names('--strategy', 'a', '--strategy', 'b,c')).toEqual(['a', 'b', 'c']);
  expect(names()).toBeUndefined();
  expect(() => names('--strategy', 'a,')).toThrow();
});
