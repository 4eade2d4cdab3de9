import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findGo } from '../../../tools/find-go.ts';
import { runStep } from './run-step.ts';

/** kind's own source, of the pinned version: it holds the files of its base image and its manifests. */
export async function kindModuleFolder(signal: AbortSignal): Promise<string> {
  const go = await findGo();
  const answer = await runStep(
    "fetching kind's source",
    [go.command, 'mod', 'download', '-json', 'sigs.k8s.io/kind'],
    {
      signal,
      cwd: fileURLToPath(new URL('../../../../tools/kind', import.meta.url)),
      env: { GOWORK: 'off', GOFLAGS: '-mod=readonly' },
    },
  );
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

/** kind's manifest of its default network, with our image of it. */
export async function networkManifest(kindModule: string, image: string): Promise<string> {
  const source = await readFile(join(kindModule, 'pkg/build/nodeimage/const_cni.go'), 'utf8');
  const manifest = /const defaultCNIManifest = `([^`]*)` \+ kindnetdImage \+ `([^`]*)`/.exec(source);
  if (manifest === null) throw new Error("kind's network manifest is not where it was");
  return `${manifest[1] ?? ''}${image}${manifest[2] ?? ''}`;
}
