import type { OnNode } from './on-node.ts';
import { runOnNode } from './run-on-node.ts';

/**
 * Names of a node's links that lead to Pods and have no address of their own, as under a CNI plugin that puts them on a
 * bridge: the node's own links have one, and so have those that ptp makes.
 *
 * @throws NodeCommandError
 */
export async function unroutedLinks(onNode: OnNode, node: string): Promise<readonly string[]> {
  const links = await runOnNode(onNode, node, ['ip', '-o', 'link', 'show', 'type', 'veth']);
  const addresses = await runOnNode(onNode, node, ['ip', '-o', '-4', 'addr']);
  const own = new Set([...addresses.matchAll(/^\d+: (\S+)/gm)].map(([, name]) => name));
  return [...links.matchAll(/^\d+: ([^:@\s]+)[^<]*<([^>]*)>/gm)].flatMap(([, name = '', flags = '']) =>
    !own.has(name) && flags.split(',').includes('UP') ? [name] : [],
  );
}
