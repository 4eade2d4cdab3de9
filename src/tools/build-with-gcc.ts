import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { binaryPath } from './cache-entry.ts';
import { buildFailure } from './build-failure.ts';
import type { BuildContext } from './build-with-go.ts';
import { renderCommand } from './render-command.ts';
import { runBuildCommand } from './run-build-command.ts';
import type { ToolRecipe } from './tool-recipe.ts';

/** Compiles each of a C tool's binaries into `workDir`/bin. */
export async function buildWithGcc(recipe: ToolRecipe, { workDir, signal }: BuildContext): Promise<void> {
  await mkdir(join(workDir, 'bin'));
  for (const [binary, source] of Object.entries(recipe.spec.binaries)) {
    const output = binaryPath(workDir, binary);
    const build = {
      command: 'gcc',
      args: [...recipe.flags, '-o', output, source],
      cwd: recipe.workingDir,
      environment: { ...recipe.environment, TMPDIR: join(workDir, 'tmp') },
    };
    const result = await runBuildCommand(build, { workDir, signal, onLine: () => undefined });
    if (result.ok) continue;
    throw buildFailure({
      tool: recipe.tool,
      command: renderCommand({
        ...build,
        environment: recipe.environment,
        args: [...recipe.flags, '-o', `/tmp/${binary}`, source],
      }),
      ending: result.ending,
      output: result.stderr,
      writesTo: [workDir],
    });
  }
}
