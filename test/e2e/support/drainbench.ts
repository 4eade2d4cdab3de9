import { execa, type Options, type ResultPromise } from 'execa';

const LAUNCHER = new URL('../../../bin/drainbench', import.meta.url).pathname;

/** Runs the built command line as a user would; exit codes are looked at, not thrown. */
export function drainbench<T extends Options>(
  args: readonly string[],
  options?: T,
): ResultPromise<T & { reject: false; all: true }> {
  return execa(LAUNCHER, args, { ...options, reject: false, all: true } as T & { reject: false; all: true });
}

/** kubectl against a box; throws when it fails. */
export async function kubectl(box: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa(LAUNCHER, ['cluster', 'kubectl', '--name', box, '--', ...args]);
  return stdout;
}
