import type { RunManifest } from '../model/run-manifest.ts';
import { shellWord } from '../model/shell-word.ts';

/** The command that does the same run again, ready to paste into a POSIX shell. */
export function reproduceCommand(manifest: RunManifest): string {
  return ['drainbench', ...manifest.argv].map(shellWord).join(' ');
}
