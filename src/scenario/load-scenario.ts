import { statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Scenario } from '../model/scenario.ts';
import type { Explained } from './explain-issues.ts';
import { parseScenario } from './parse-scenario.ts';
import { scenarioText } from './scenario-text.ts';

/**
 * Reads a scenario file. Paths in it (`manifest`, `imageArchive`, `imageArchives`) are relative to the file; they are checked to exist
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
  if ('sample' in app) return [];
  const named: readonly (readonly [readonly (string | number)[], string | undefined])[] = [
    [['manifest'], 'manifest' in app ? app.manifest : undefined],
    [['imageArchive'], app.imageArchive],
    ...(app.imageArchives ?? []).map((path, index) => [['imageArchives', index], path] as const),
  ];
  return named.flatMap(([keys, value]): Explained[] => {
    if (value === undefined) return [];
    const path = resolve(folder, value);
    if (isFile(path)) return [];
    return [
      { path: ['spec', 'app', ...keys], at: 'value', message: `there is no file ${path}${howToMake(path)}` },
    ];
  });
}

/** Of an archive beside an image.yaml: the command that builds it. */
function howToMake(path: string): string {
  const folder = dirname(path);
  if (basename(path) !== 'image.tar' || !isFile(join(folder, 'image.yaml'))) return '';
  return `; drainbench image build ${relative(process.cwd(), folder) || '.'} makes it`;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function withAbsolutePaths(app: App, folder: string): App {
  if ('sample' in app) return app;
  const { imageArchive, imageArchives } = app;
  const archives = {
    ...(imageArchive !== undefined && { imageArchive: resolve(folder, imageArchive) }),
    ...(imageArchives !== undefined && { imageArchives: imageArchives.map((path) => resolve(folder, path)) }),
  };
  return 'manifest' in app
    ? { ...app, ...archives, manifest: resolve(folder, app.manifest) }
    : { ...app, ...archives };
}
