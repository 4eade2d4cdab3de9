import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

import { compareVersions } from '../model/compare-versions.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { LoadSpec } from '../model/scenario.ts';
import { buildTools } from '../tools/build-tools.ts';
import type { ToolProgress } from '../tools/tool-progress.ts';

/** The first whose command line and CSV output are those that the engine is written for. */
export const OLDEST_K6 = 'v1.0.0';

export interface K6Program {
  readonly path: string;
  /** e.g. `v1.8.1`. */
  readonly version: string;
}

export interface FindK6Options {
  readonly signal?: AbortSignal;
  readonly onToolProgress?: (progress: ToolProgress) => void;
  /** Default: the PATH of this process. */
  readonly searchPath?: string;
}

/**
 * The k6 that loads with `engine: k6` are put on by: the one on the PATH, which the user knows; else the pinned one, built
 * where it is not yet. To be called before anything is created.
 *
 * @returns `null` when no load is k6's
 * @throws DrainbenchError `k6-too-old`, `k6-unusable`: what is on the PATH is never passed over in silence; what
 *   `buildTools` throws.
 */
export async function k6Of(
  loads: readonly Pick<LoadSpec, 'engine'>[],
  options: FindK6Options,
): Promise<K6Program | null> {
  return loads.some(({ engine }) => engine === 'k6') ? findK6(options) : null;
}

export async function findK6({
  signal,
  onToolProgress,
  searchPath = process.env['PATH'] ?? '',
}: FindK6Options = {}): Promise<K6Program> {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  const found = folders.map((folder) => join(folder, 'k6')).find((file) => existsSync(file));
  if (found !== undefined) return asked(found, signal);
  const { k6 } = await buildTools({
    names: ['k6'],
    ...(signal !== undefined && { signal }),
    ...(onToolProgress !== undefined && { onProgress: onToolProgress }),
  });
  return asked(k6, signal);
}

/** It says `k6 v1.8.1 (go1.26.0, linux/amd64)`. */
async function asked(path: string, signal?: AbortSignal): Promise<K6Program> {
  const { stdout, stderr, shortMessage } = await execa(path, ['version'], {
    reject: false,
    timeout: 30_000,
    ...(signal !== undefined && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  const version = /^k6(?:\.exe)? (v\d[\w.-]*)/m.exec(stdout)?.[1];
  if (version === undefined) {
    throw unusable(path, 'k6-unusable', 'does not say its version', stdout || stderr || (shortMessage ?? ''));
  }
  if (compareVersions(version, OLDEST_K6) < 0) throw unusable(path, 'k6-too-old', 'is too old', version);
  return { path, version };
}

function unusable(path: string, code: string, what: string, found: string): DrainbenchError {
  return new DrainbenchError({
    code,
    message: `the scenario has a load of the engine k6, and ${path} ${what}`,
    expected: `k6 ${OLDEST_K6} or newer`,
    found,
    fix: `install a newer one (https://grafana.com/docs/k6/latest/set-up/install-k6/), or take ${path} from the PATH: drainbench then builds the pinned one`,
    exitCode: EXIT.unavailable,
  });
}
