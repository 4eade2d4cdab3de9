import { rename, rm, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { giveLinkToCaller } from './give-to-caller.ts';
import type { RunDirectory } from './run-directory.ts';

/** Makes `<reportsRoot>/latest` lead to this run. A reader sees the old link or the new one, never none. */
export async function pointLatestAt(run: RunDirectory): Promise<void> {
  const link = join(run.reportsRoot, 'latest');
  const fresh = join(run.reportsRoot, `.latest-${run.runId}`);
  await rm(fresh, { force: true });
  await symlink(relative(run.reportsRoot, run.path), fresh);
  await giveLinkToCaller(fresh);
  await rename(fresh, link);
}
