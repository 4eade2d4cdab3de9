import type { RunManifest } from '../model/run-manifest.ts';

/** The command that does the same run again, ready to paste into a POSIX shell. */
export function reproduceCommand(manifest: RunManifest): string {
  return ['drainbench', ...manifest.argv].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
