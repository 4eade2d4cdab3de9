import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Scenario } from '../model/scenario.ts';
import type { Explained } from './explain-issues.ts';
import { parseScenario } from './parse-scenario.ts';
import { scenarioText } from './scenario-text.ts';

/**
 * Reads a scenario file. Paths in it (`manifest`, `imageArchive`) are relative to the file; they are checked to exist
 * and come back absolute.
 *
 * @throws DrainbenchError with exit code 64 for whatever is wrong with the file or in it.
 */
export async function loadScenario(path: string): Promise<Scenario> {
  const folder = dirname(resolve(path));
  const scenario = parseScenario(await scenarioText(path), path, (parsed) => missingFiles(parsed, folder));
  const { app, cluster } = scenario.spec;
  const kubeconfig =
    cluster.kubeconfig === undefined ? {} : { kubeconfig: resolve(folder, cluster.kubeconfig) };
  return {
    ...scenario,
    spec: { ...scenario.spec, app: withAbsolutePaths(app, folder), cluster: { ...cluster, ...kubeconfig } },
  };
}

type App = Scenario['spec']['app'];

function missingFiles({ spec: { app } }: Scenario, folder: string): Explained[] {
  return (['manifest', 'imageArchive'] as const).flatMap((key): Explained[] => {
    const value = key in app ? (app as Partial<Record<typeof key, string>>)[key] : undefined;
    if (value === undefined) return [];
    const path = resolve(folder, value);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return [];
    return [{ path: ['spec', 'app', key], at: 'value', message: `there is no file ${path}` }];
  });
}

function withAbsolutePaths(app: App, folder: string): App {
  if ('sample' in app) return app;
  const archive = app.imageArchive === undefined ? {} : { imageArchive: resolve(folder, app.imageArchive) };
  return 'manifest' in app
    ? { ...app, ...archive, manifest: resolve(folder, app.manifest) }
    : { ...app, ...archive };
}
