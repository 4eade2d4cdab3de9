import { commandPrograms } from '../model/command-programs.ts';
import type { KubeObject } from './watch-state.ts';

/** The programs that a container's exec preStop hook needs. */
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
  return commandPrograms(found?.lifecycle?.preStop?.exec?.command ?? []);
}
