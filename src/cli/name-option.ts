import { Argument, InvalidArgumentError, Option } from 'commander';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

/** What a cluster is called where nobody calls it anything. */
export const DEFAULT_NAME = 'dev';

/** `--name`, for every command about a cluster. */
export function nameOption(): Option {
  return freeNameOption().default(DEFAULT_NAME);
}

/** The same without a default, for commands that also take the name as their argument. */
export function freeNameOption(): Option {
  return new Option('--name <name>', 'name of the cluster').argParser(clusterName);
}

/** The name as an argument, for commands that have no other: `cluster down NAME`. */
export function nameArgument(): Argument {
  return new Argument('[name]', 'the same as --name').argParser(clusterName);
}

/**
 * The name that was given, either way.
 *
 * @throws DrainbenchError `option-conflict` (exit code 64) where both say different things.
 */
export function givenName(argument: string | undefined, { name }: { readonly name?: string }): string | null {
  if (argument !== undefined && name !== undefined && argument !== name) {
    throw new DrainbenchError({
      code: 'option-conflict',
      message: `${argument} and --name ${name} are two clusters`,
      fix: 'name one of them',
      exitCode: EXIT.usage,
    });
  }
  return argument ?? name ?? null;
}

/** It ends up in paths, cgroups and contexts. */
function clusterName(value: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(value)) return value;
  throw new InvalidArgumentError(`"${value}" is not up to 32 lower-case letters, digits and dashes`);
}
