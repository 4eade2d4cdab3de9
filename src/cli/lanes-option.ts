import { InvalidArgumentError, Option } from 'commander';

import { lanesSchema, type Scenario } from '../model/scenario.ts';

/** An option whose value is a number of lanes, or `auto`. */
export function lanesOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value): Scenario['spec']['lanes'] => {
    const parsed = lanesSchema.safeParse(/^\d+$/.test(value) ? Number(value) : value);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`"${value}" is neither auto nor a whole number from 1 to 16`);
  });
}
