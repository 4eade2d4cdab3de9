import { shellWord } from '../model/shell-word.ts';
import type { BuildCommand } from './run-build-command.ts';

/** A build command as a user can paste it into a shell. */
export function renderCommand({ command, args, cwd, environment }: BuildCommand): string {
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)}`);
  return `cd ${shellWord(cwd)} && ${[...assignments, shellWord(command), ...args.map(shellWord)].join(' ')}`;
}
