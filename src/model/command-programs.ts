import { SHELLS } from './shells.ts';

/**
 * The programs that a hook's command needs: the one that it names, and `sleep` where it names a shell whose script
 * sleeps. What else a script runs cannot be told without running it. BusyBox has its own.
 */
export function commandPrograms([program, ...args]: readonly string[]): readonly string[] {
  if (program === undefined) return [];
  const name = program.slice(program.lastIndexOf('/') + 1);
  const isShell = SHELLS.has(name) && name !== 'busybox';
  const sleeps = isShell && /(?:^|[\s;&|({])sleep\s/m.test(args.join('\n'));
  return sleeps ? [program, 'sleep'] : [program];
}
