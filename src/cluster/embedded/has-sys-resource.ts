import { readFile } from 'node:fs/promises';

/** True when this process may raise resource limits and lower oom_score_adj (CAP_SYS_RESOURCE is capability 24). */
export async function hasSysResource(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8');
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return (BigInt(`0x${bounding}`) & (1n << 24n)) !== 0n;
}
