import { execFile } from 'node:child_process';

import type { OnNode } from './on-node.ts';

/** A command on a node that could not be run, or failed; the message says which and why. */
export class NodeCommandError extends Error {}

/** Listing the rules of a large cluster takes a second or two; a command that hangs must not hold up a trial. */
const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Runs a command in a node's network namespace and resolves with what it printed.
 * @throws NodeCommandError when it is missing, fails or takes longer than 10 s.
 */
export function runOnNode(onNode: OnNode, node: string, command: readonly string[]): Promise<string> {
  const [file, ...args] = onNode(node, command);
  return new Promise((resolve, reject) => {
    execFile(
      file,
      args,
      { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new NodeCommandError(failureText(command, error, stderr)));
      },
    );
  });
}

function failureText(
  command: readonly string[],
  error: { readonly message: string; readonly killed?: boolean | undefined },
  stderr: string,
): string {
  if (error.killed === true) return `\`${command.join(' ')}\` did not end within ${TIMEOUT_MS / 1000} s`;
  const said = stderr.trim().split('\n')[0];
  return `\`${command.join(' ')}\` failed: ${said === undefined || said === '' ? error.message : said}`;
}
