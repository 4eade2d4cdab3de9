import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';

import type { OnNode } from '../../../src/observe/dataplane/on-node.ts';

export interface Netns {
  readonly name: string;
  readonly path: string;
  /** Of /proc/PID/ns/net of everything inside. */
  readonly inode: string;
  readonly onNode: OnNode;
  /** Runs a command inside and returns what it printed. */
  run(...command: readonly string[]): string;
  /** Gives a file or rule set to a command's standard input. */
  feed(input: string, ...command: readonly string[]): string;
  remove(): void;
}

/** A network namespace of our own, for rules and addresses of 198.18.0.0/15 that reach nothing else. */
export function makeNetns(): Netns {
  const name = `drainbench-test-${randomBytes(4).toString('hex')}`;
  execFileSync('ip', ['netns', 'add', name]);
  const path = `/run/netns/${name}`;
  const enter = (command: readonly string[]): [string, ...string[]] => [
    'nsenter',
    `--net=${path}`,
    '--',
    ...command,
  ];
  const feed = (input: string, ...command: readonly string[]): string => {
    const [file, ...args] = enter(command);
    return execFileSync(file, args, { input, stdio: 'pipe' }).toString();
  };
  feed('', 'ip', 'link', 'set', 'lo', 'up');
  return {
    name,
    path,
    inode: String(statSync(path).ino),
    onNode: (_node, command) => enter(command),
    run: (...command) => feed('', ...command),
    feed,
    remove: () => {
      execFileSync('ip', ['netns', 'delete', name]);
    },
  };
}
