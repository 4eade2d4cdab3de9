import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { binaryPath } from './cache-entry.ts';
import { buildFailure } from './build-failure.ts';
import { renderCommand } from './render-command.ts';
import { runBuildCommand, type BuildCommand, type BuildCommandResult } from './run-build-command.ts';
import type { ToolRecipe } from './tool-recipe.ts';

/** How far a build has come. */
export type BuildStep =
  | { readonly phase: 'downloading'; readonly modules: number }
  | {
      readonly phase: 'building';
      /** Packages compiled so far, of those that the Go build cache did not hold. */
      readonly compiled: number;
      readonly toCompile: number;
      /** All packages that go into the binaries. */
      readonly packages: number;
      readonly linked: number;
      readonly binaries: number;
    };

export interface BuildContext {
  readonly workDir: string;
  readonly signal: AbortSignal | undefined;
  readonly onStep: (step: BuildStep) => void;
}

/**
 * Builds all binaries of a tool into `workDir`/bin with one `go build`: it uses all cores by itself. Before, a
 * `go list` downloads what is missing and counts the packages that are not in Go's build cache.
 */
export async function buildWithGo(
  recipe: ToolRecipe,
  goCommand: string,
  context: BuildContext,
): Promise<void> {
  const { workDir } = context;
  const packages = Object.values(recipe.spec.binaries);
  const names = Object.keys(recipe.spec.binaries);
  const command = (args: readonly string[]): BuildCommand => ({
    command: goCommand,
    args,
    cwd: recipe.workingDir,
    // Work files lie where they are swept with the rest when this build is killed.
    environment: { ...recipe.environment, GOTMPDIR: join(workDir, 'tmp') },
  });

  let modules = 0;
  const listed = await run(
    command([
      'list',
      ...recipe.flags,
      '-deps',
      '-f',
      '{{.ImportPath}}\t{{.Stale}}\t{{.StaleReason}}',
      ...packages,
    ]),
    (line) => {
      if (line.startsWith('go: downloading ')) context.onStep({ phase: 'downloading', modules: ++modules });
    },
  );
  const all = listed.stdout.split('\n');
  const progress = {
    phase: 'building' as const,
    toCompile: all.filter(mustBeCompiled).length,
    packages: all.length,
    binaries: names.length,
  };
  let compiled = 0;
  const report = async (): Promise<void> => {
    const linked = await readdir(join(workDir, 'bin')).catch(() => []);
    context.onStep({ ...progress, compiled: Math.min(compiled, progress.toCompile), linked: linked.length });
  };
  await report();
  const timer = setInterval(() => void report(), 1_000);
  try {
    const [only] = names.length === 1 ? names : [];
    const output = only === undefined ? `${join(workDir, 'bin')}/` : binaryPath(workDir, only);
    await run(command(['build', '-v', ...recipe.flags, '-o', output, ...packages]), (line) => {
      if (isPackageLine(line)) compiled++;
    });
  } finally {
    clearInterval(timer);
  }
  await report();

  async function run(build: BuildCommand, onLine: (line: string) => void): Promise<BuildCommandResult> {
    const result = await runBuildCommand(build, { workDir, signal: context.signal, onLine });
    if (result.ok) return result;
    // GOTMPDIR is gone by the time somebody pastes the command.
    const command = renderCommand({ ...build, environment: recipe.environment });
    throw buildFailure({
      tool: recipe.tool,
      command,
      ending: result.ending,
      output: result.stderr,
      writesTo: [workDir],
    });
  }
}

/** "Not installed but available in build cache" is stale to `go list`, and costs nothing. */
function mustBeCompiled(line: string): boolean {
  const [, stale, reason = ''] = line.split('\t');
  return stale === 'true' && !reason.includes('available in build cache');
}

/** `go build -v` writes the import path of each package as it is compiled. */
function isPackageLine(line: string): boolean {
  return /^[^\s#:]+$/.test(line);
}
