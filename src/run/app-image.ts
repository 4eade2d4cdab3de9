import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { nodeAppImage } from '../image/node-app-image.ts';
import { cacheRoot } from '../model/cache-root.ts';
import type { Scenario } from '../model/scenario.ts';
import { SAMPLE_APP_IMAGE } from '../workload/app-container.ts';

/** The archive with the scenario's app that must be on every node before the run; `null` when there is none to load. */
export async function appImageArchive(
  scenario: Scenario,
  scenarioFile: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  const { app } = scenario.spec;
  if ('sample' in app) {
    const image = await nodeAppImage(
      {
        reference: SAMPLE_APP_IMAGE,
        appDir: fileURLToPath(new URL(`../../scenarios/apps/${app.sample}`, import.meta.url)),
        config: { entrypoint: ['node', '/app/server.js'], user: '65532' },
      },
      { cacheDir: cacheRoot(process.env, homedir()), signal },
    );
    return image.path;
  }
  if (app.imageArchive === undefined) return null;
  return resolve(scenarioFile === null ? '.' : dirname(scenarioFile), app.imageArchive);
}
