import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { nodeAppImage } from '../../image/node-app-image.ts';
import { cacheRoot } from '../../model/cache-root.ts';
import { imageArchivesOf, type Scenario } from '../../model/scenario.ts';
import { SAMPLE_APP_IMAGE } from '../../workload/app-container.ts';
import type { KubeObject } from '../../workload/kube-object.ts';

/**
 * The archives with the images of the scenario's app that must be on every node before the run. A manifest may use the
 * sample app's image beside its own: `objects` are what it holds.
 */
export async function appImageArchives(
  scenario: Scenario,
  scenarioFile: string | null,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { app } = scenario.spec;
  const folder = scenarioFile === null ? '.' : dirname(scenarioFile);
  const own = imageArchivesOf(app).map((path) => resolve(folder, path));
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
    return [...own, image.path];
  }
  return own;
}
