import type { BuildCommand } from './run-build-command.ts';

/** A build command as a user can paste it into a shell. */
export function renderCommand({ command, args, cwd, environment }: BuildCommand): string {
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${quote(value)}`);
  return `cd ${quote(cwd)} && ${[...assignments, quote(command), ...args.map(quote)].join(' ')}`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
