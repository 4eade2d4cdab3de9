import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { release } from 'node:os';

import type { DiagnosisHost } from '../model/diagnosis.ts';
import { findOnPath } from './find-on-path.ts';

/** Facts about the machine that decide how things are mended. Reads files only. */
export function readHost(env: NodeJS.ProcessEnv): DiagnosisHost {
  return {
    platform: process.platform,
    arch: process.arch,
    kernelRelease: release(),
    uid: process.geteuid?.() ?? null,
    distribution: existsSync('/etc/os-release')
      ? parseOsRelease(readFileSync('/etc/os-release', 'utf8'))
      : null,
    sudo: findOnPath('sudo', env['PATH']) !== null,
    kernelModules:
      existsSync(`/lib/modules/${release()}/modules.dep`) && findOnPath('modprobe', env['PATH']) !== null,
    aptListsAgeHours: aptListsAgeHours('/var/lib/apt/lists'),
  };
}

/** Reads os-release(5): NAME=value lines, values possibly in quotes. */
export function parseOsRelease(text: string): { name: string; debianLike: boolean } {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(["']?)(.*)\2$/.exec(line.trim());
    if (match?.[1] !== undefined) values.set(match[1], match[3] ?? '');
  }
  const family = [values.get('ID') ?? '', ...(values.get('ID_LIKE') ?? '').split(' ')];
  return {
    name: values.get('PRETTY_NAME') ?? values.get('NAME') ?? values.get('ID') ?? 'unknown',
    debianLike: family.includes('debian') || family.includes('ubuntu'),
  };
}

/** apt touches lists/partial at every update; the lists themselves carry the server's dates. */
function aptListsAgeHours(folder: string): number | null {
  try {
    if (!readdirSync(folder).some((name) => name.endsWith('Release'))) return null;
    const newestMs = Math.max(statSync(folder).mtimeMs, statSync(`${folder}/partial`).mtimeMs);
    return Math.round((Date.now() - newestMs) / 3_600_000);
  } catch {
    return null;
  }
}
