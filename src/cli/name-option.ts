import { InvalidArgumentError, Option } from 'commander';

/** `--name`, for every command about a cluster. The name ends up in paths, cgroups and contexts. */
export function nameOption(): Option {
  return new Option('--name <name>', 'name of the cluster').default('dev').argParser((value) => {
    if (/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(value)) return value;
    throw new InvalidArgumentError(`"${value}" is not up to 32 lower-case letters, digits and dashes`);
  });
}
