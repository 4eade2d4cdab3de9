import type { CheckContext } from './check.ts';
import type { CommandOutcome } from './run-command.ts';

/**
 * Runs a shell script (`set -e`) in namespaces of its own. Whatever it makes in them, links, rules, mounts,
 * is gone when it ends, however it ends.
 */
export async function inNamespaces(
  context: CheckContext,
  kinds: readonly ('net' | 'mount' | 'uts')[],
  script: string,
  args: readonly string[] = [],
  input?: string,
): Promise<CommandOutcome> {
  return context.run(
    'unshare',
    [...kinds.map((kind) => `--${kind}`), '--', 'sh', '-ec', script, 'doctor', ...args],
    input === undefined ? {} : { input },
  );
}
