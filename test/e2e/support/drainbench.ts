import { execa } from 'execa';

const LAUNCHER = new URL('../../../bin/drainbench', import.meta.url).pathname;

/** Runs the built command line as a user would; exit codes are looked at, not thrown. */
export const drainbench = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execa(LAUNCHER, args, { reject: false, all: true, env });

/** kubectl against a box; throws when it fails. */
export async function kubectl(box: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa(LAUNCHER, ['cluster', 'kubectl', '--name', box, '--', ...args]);
  return stdout;
}
