import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

import { compareVersions } from '../../model/compare-versions.ts';
import { buildTools } from '../../tools/build-tools.ts';
import { readGoPin } from '../../tools/read-go-pin.ts';
import type { ToolProgress } from '../../tools/tool-progress.ts';

export interface FindKindOptions {
  readonly signal: AbortSignal;
  readonly onToolProgress: (progress: ToolProgress) => void;
  /** Told, in a line, when the one on the PATH is passed over. */
  readonly onNotice: (line: string) => void;
}

/**
 * Path of the kind command: the one on the PATH, unless it is older than the pinned one, for which node images and
 * configuration are made (before v0.24 kind knows no nftables mode); else the pinned one, built where it is not yet.
 */
export async function findKind({ signal, onToolProgress, onNotice }: FindKindOptions): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = folders.map((folder) => join(folder, 'kind')).find((file) => existsSync(file));
  if (found !== undefined) {
    const pinned = await pinnedVersion();
    const version = await sayVersion(found, signal);
    if (version !== null && compareVersions(version, pinned) >= 0) return found;
    const why = version === null ? 'does not say its version' : `is ${version}`;
    onNotice(`${found} ${why}; taking kind ${pinned} from tools/`);
  }
  return (await buildTools({ names: ['kind'], signal, onProgress: onToolProgress })).kind;
}

async function pinnedVersion(): Promise<string> {
  const goMod = await readFile(new URL('../../../tools/kind/go.mod', import.meta.url), 'utf8');
  return readGoPin(goMod, 'sigs.k8s.io/kind').version;
}

/** It says `kind v0.33.0 go1.26.0 linux/amd64`. */
async function sayVersion(kind: string, signal: AbortSignal): Promise<string | null> {
  const result = await execa(kind, ['version'], { reject: false, cancelSignal: signal, timeout: 30_000 });
  signal.throwIfAborted();
  return /^kind (v\d\S*)/m.exec(result.stdout)?.[1] ?? null;
}
