import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { compareGoVersions } from './compare-go-versions.ts';
import type { GoToolchain } from './find-go.ts';
import { ownPin, readGoPin } from './read-go-pin.ts';
import type { CTool, GoTool, ToolSpec } from './tool-spec.ts';

/** Everything that decides which bytes come out of a build, and the name under which they are cached. */
export interface ToolRecipe {
  readonly tool: string;
  readonly spec: ToolSpec;
  readonly version: string;
  /** `NAME-VERSION-HASH`: the cache entry's folder. A change in sources, flags or compiler gives another one. */
  readonly entry: string;
  /** Folder in which the compiler runs. */
  readonly workingDir: string;
  /** Compiler arguments without the output path. */
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Reads what is pinned under `toolsDir`. Throws `tool-source-unreadable` or `go-too-old`. */
export async function readToolRecipe(
  tool: string,
  spec: ToolSpec,
  toolsDir: string,
  go: GoToolchain,
): Promise<ToolRecipe> {
  return spec.kind === 'go'
    ? await goRecipe(tool, spec, toolsDir, go)
    : await cRecipe(tool, spec, toolsDir, go);
}

async function goRecipe(tool: string, spec: GoTool, toolsDir: string, go: GoToolchain): Promise<ToolRecipe> {
  const workingDir = join(toolsDir, spec.moduleDir);
  const [goMod, goSum] = await Promise.all([
    readSource(tool, join(workingDir, 'go.mod')),
    readSource(tool, join(workingDir, 'go.sum')),
  ]);
  const pin = spec.own === undefined ? readGoPin(goMod, spec.module) : ownPin(goMod, spec.own.version);
  const ownSource = await Promise.all(
    (spec.own?.files ?? []).map((file) => readSource(tool, join(workingDir, file))),
  );
  requireGo(tool, pin.goVersion, go);
  const stamps = Object.entries(spec.stamp(pin.version)).map(([name, value]) => `-X ${name}=${value}`);
  const flags = [
    '-trimpath',
    '-buildvcs=false',
    ...(spec.tags.length === 0 ? [] : ['-tags', spec.tags.join(',')]),
    '-ldflags',
    ['-s', '-w', ...stamps].join(' '),
  ];
  const environment = {
    CGO_ENABLED: spec.cgo ? '1' : '0',
    GOOS: go.hostOs,
    GOARCH: go.hostArch,
    // The pinned versions and nothing else: neither a workspace around the checkout nor flags of the user's.
    GOWORK: 'off',
    GOFLAGS: '-mod=readonly',
  };
  const packages = Object.entries(spec.binaries);
  const parts = [goMod, goSum, flags, environment, packages, go.version, go.variant];
  const hash = hashOf(ownSource.length === 0 ? parts : [...parts, ownSource]);
  return {
    tool,
    spec,
    version: pin.version,
    entry: `${tool}-${pin.version}-${hash}`,
    workingDir,
    flags,
    environment,
  };
}

async function cRecipe(tool: string, spec: CTool, toolsDir: string, go: GoToolchain): Promise<ToolRecipe> {
  const sources = await Promise.all(
    Object.values(spec.binaries).map((source) => readSource(tool, join(toolsDir, source))),
  );
  const hash = hashOf([sources, spec.flags, go.hostOs, go.hostArch]);
  const { flags, version } = spec;
  return {
    tool,
    spec,
    version,
    entry: `${tool}-${version}-${hash}`,
    workingDir: toolsDir,
    flags,
    environment: {},
  };
}

async function readSource(tool: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new DrainbenchError({
      code: 'tool-source-unreadable',
      message: `The pinned source of ${tool} cannot be read: ${path}`,
      expected: 'a readable file that came with drainbench',
      found: cause instanceof Error ? cause.message : String(cause),
      fix: 'install drainbench again, or restore its tools/ folder',
      cause,
    });
  }
}

function requireGo(tool: string, needed: string, go: GoToolchain): void {
  if (compareGoVersions(go.version, needed) >= 0 || go.canSwitch) return;
  throw new DrainbenchError({
    code: 'go-too-old',
    message: `${tool} needs a newer Go than the one installed, and GOTOOLCHAIN does not let Go fetch it.`,
    expected: `Go ${needed} or newer`,
    found: `${go.version} (${go.command})`,
    fix: `install Go ${needed} or newer from https://go.dev/dl/, or let Go fetch it: export GOTOOLCHAIN=auto`,
  });
}

function hashOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
