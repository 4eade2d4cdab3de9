import { InvalidArgumentError, Option } from 'commander';

/** An option whose value is a whole number of 0 or more. */
export function integerOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value) => {
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new InvalidArgumentError(`"${value}" is not a whole number`);
  });
}
