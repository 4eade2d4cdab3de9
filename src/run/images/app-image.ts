import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { nodeAppImage } from '../../image/node-app-image.ts';
import { cacheRoot } from '../../model/cache-root.ts';
import type { Scenario } from '../../model/scenario.ts';
import { SAMPLE_APP_IMAGE } from '../../workload/app-container.ts';
import type { KubeObject } from '../../workload/kube-object.ts';

/**
 * The archive with the scenario's app that must be on every node before the run; `null` when there is none to load.
 * A manifest may use the sample app's image too: `objects` are what it holds.
 */
export async function appImageArchive(
  scenario: Scenario,
  scenarioFile: string | null,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<string | null> {
  const { app } = scenario.spec;
  const own = 'imageArchive' in app ? app.imageArchive : undefined;
  if (own !== undefined) return resolve(scenarioFile === null ? '.' : dirname(scenarioFile), own);
  if ('sample' in app || JSON.stringify(objects).includes(`"${SAMPLE_APP_IMAGE}"`)) {
    const sample = 'sample' in app ? app.sample : 'http';
    const image = await nodeAppImage(
      {
        reference: SAMPLE_APP_IMAGE,
        appDir: fileURLToPath(new URL(`../../../scenarios/apps/${sample}`, import.meta.url)),
        config: { entrypoint: ['node', '/app/server.js'], user: '65532' },
      },
      { cacheDir: cacheRoot(process.env, homedir()), signal },
    );
    return image.path;
  }
  return null;
}
