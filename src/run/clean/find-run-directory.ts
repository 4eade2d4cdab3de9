import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The directory of a run below `reports/`, by its id in either case; `null` when it is not there. */
export async function findRunDirectory(reportsRoot: string, runId: string): Promise<string | null> {
  const scenarios = await readdir(reportsRoot, { withFileTypes: true }).catch(() => []);
  for (const scenario of scenarios) {
    if (!scenario.isDirectory()) continue;
    const runs = await readdir(join(reportsRoot, scenario.name)).catch(() => []);
    const found = runs.find((name) => name.toLowerCase() === runId.toLowerCase());
    if (found !== undefined) return join(reportsRoot, scenario.name, found);
  }
  return null;
}
