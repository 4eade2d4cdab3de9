import type { CheckContext } from './check.ts';
import type { CommandOutcome } from './run-command.ts';

/**
 * `go env` for these variables, one a line, from where the tools are built with: the PATH, else where Go's own
 * installer puts it. Asked in /, where no go.mod or go.work makes it fetch another toolchain to answer.
 */
export async function askGo(context: CheckContext, variables: readonly string[]): Promise<CommandOutcome> {
  const onPath = await context.run('go', ['env', ...variables], { cwd: '/' });
  return onPath.missing ? context.run('/usr/local/go/bin/go', ['env', ...variables], { cwd: '/' }) : onPath;
}
