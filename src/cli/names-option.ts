import { InvalidArgumentError, Option } from 'commander';

/** An option that may be given several times, each time with one name or several, separated by commas. */
export function namesOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value, previous: readonly string[] | undefined) => {
    const names = value.split(',');
    if (names.includes('')) throw new InvalidArgumentError(`"${value}" has an empty name`);
    return [...(previous ?? []), ...names];
  });
}
