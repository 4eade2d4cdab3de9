import { readFile } from 'node:fs/promises';

/** Where the kernel tells which boot of which machine it is; a container sees that of its engine's machine. */
export const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Of the kernel that this process runs on; `null` where it is not Linux. */
export async function ownBootId(): Promise<string | null> {
  return process.platform === 'linux' ? (await readFile(BOOT_ID, 'utf8')).trim() : null;
}
