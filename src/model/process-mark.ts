import { identifySelf, lifeOf } from './process-identity.ts';

/** How `processMark` looks, to find it in a name. */
export const PROCESS_MARK = String.raw`\d+-\d+-\d+-[0-9a-f]{8}`;

/**
 * This process, as a part of a file's name: pid, start, PID namespace and boot. What it leaves behind can then be told
 * from what another process is just making.
 */
export function processMark(): string {
  const { pid, startTicks, bootId, pidNamespace } = identifySelf();
  return [pid, startTicks, /\d+/.exec(pidNamespace)?.[0] ?? '0', bootId.slice(0, 8)].join('-');
}

/** True when it is certain that the process of this mark is gone; false for what is no mark. */
export function isMarkOfDead(mark: string): boolean {
  const [pid = '', startTicks = '', namespace = '', boot = ''] = mark.split('-');
  if (!new RegExp(`^${PROCESS_MARK}$`).test(mark)) return false;
  const here = identifySelf().bootId;
  const bootId = here.startsWith(boot) ? here : boot;
  return lifeOf({ pid: Number(pid), startTicks, bootId, pidNamespace: `pid:[${namespace}]` }) === 'dead';
}
