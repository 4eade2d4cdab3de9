import type { KubeObject } from './watch-state.ts';

const SHELLS: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash', 'zsh', 'ksh']);

/**
 * The programs that a container's exec preStop hook needs: the one that it names, and `sleep` where it names a shell
 * whose script sleeps. What else a script runs cannot be told without running it.
 */
export function hookPrograms(pod: KubeObject, container: string): readonly string[] {
  interface Container {
    readonly name: string;
    readonly lifecycle?: { readonly preStop?: { readonly exec?: { readonly command?: readonly string[] } } };
  }
  const spec = pod['spec'] as
    { containers?: readonly Container[]; initContainers?: readonly Container[] } | undefined;
  const found = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find(
    ({ name }) => name === container,
  );
  const [program, ...args] = found?.lifecycle?.preStop?.exec?.command ?? [];
  if (program === undefined) return [];
  const isShell = SHELLS.has(program.slice(program.lastIndexOf('/') + 1));
  const sleeps = isShell && /(?:^|[\s;&|({])sleep\s/m.test(args.join('\n'));
  return sleeps ? [program, 'sleep'] : [program];
}
