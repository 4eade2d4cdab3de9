import { accessSync, constants, statSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { askGo } from '../ask-go.ts';
import type { Check, CheckContext } from '../check.ts';
import { existingAncestor } from '../existing-ancestor.ts';
import { formatBytes } from '../format-bytes.ts';

const GIB = 2 ** 30;

interface Place {
  readonly folder: string;
  readonly neededBytes: number;
}

export const diskCheck: Check = {
  id: 'disk',
  title: 'disk space',
  drivers: ['embedded'],
  expected: '3 GiB for boxes, and 6 GiB where the tools are built, unless they are built already',
  weight: 'wanted',
  async run(context) {
    const places = [{ folder: context.stateDir, neededBytes: 3 * GIB }, ...(await buildPlaces(context))];
    const fileSystems = new Map<number, Place[]>();
    for (const place of places) {
      const device = statSync(existingAncestor(place.folder)).dev;
      fileSystems.set(device, [...(fileSystems.get(device) ?? []), place]);
    }
    const judged = [...fileSystems.values()].map(judge);
    const bad = judged.filter((verdict) => verdict.problem);
    if (bad.length === 0) return { status: 'ok', found: judged.map((verdict) => verdict.found).join('; ') };
    return {
      status: 'fail',
      found: bad.map((verdict) => verdict.found).join('; '),
      fix: {
        command: null,
        advice:
          'free space there, or point DRAINBENCH_STATE_DIR, XDG_CACHE_HOME, GOCACHE and GOMODCACHE elsewhere',
        automatic: false,
      },
    };
  },
};

/** Measured: 1.2 GB of Go modules, 0.6 GB of binaries; the rest is Go's build cache. */
async function buildPlaces(context: CheckContext): Promise<Place[]> {
  if (await context.toolsBuilt) return [];
  const go = await askGo(context, ['GOCACHE', 'GOMODCACHE']);
  const home = context.env['HOME'] ?? homedir();
  const [goCache, goModCache] = go.ok ? go.stdout.split('\n') : [];
  return [
    { folder: context.cacheDir, neededBytes: GIB },
    { folder: goModCache ?? join(home, 'go/pkg/mod'), neededBytes: 1.5 * GIB },
    { folder: goCache ?? join(home, '.cache/go-build'), neededBytes: 3.5 * GIB },
  ];
}

/** Places on one file system share its free space. */
function judge(places: Place[]): { found: string; problem: boolean } {
  const needed = places.reduce((sum, place) => sum + place.neededBytes, 0);
  const { bavail, bsize } = statfsSync(existingAncestor(places[0]?.folder ?? '/'));
  const free = bavail * bsize;
  const folders = places.map((place) => place.folder).join(', ');
  const readOnly = places.filter((place) => !writable(existingAncestor(place.folder)));
  const unwritable =
    readOnly.length > 0 ? `; cannot write to ${readOnly.map((place) => place.folder).join(', ')}` : '';
  return {
    found: `${formatBytes(free)} free of ${formatBytes(needed)} needed for ${folders}${unwritable}`,
    problem: free < needed || readOnly.length > 0,
  };
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
