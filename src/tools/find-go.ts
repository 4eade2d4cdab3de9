import { execa } from 'execa';
import { DrainbenchError } from '../model/drainbench-error.ts';

/** The Go toolchain that will build, and the host it builds for. */
export interface GoToolchain {
  readonly command: string;
  /** e.g. `go1.26.8`. */
  readonly version: string;
  readonly hostOs: string;
  readonly hostArch: string;
  /** Micro-architecture and experiments: they change the code that comes out. */
  readonly variant: string;
  /** Whether Go may fetch a newer toolchain when a module needs one (GOTOOLCHAIN). */
  readonly canSwitch: boolean;
}

const variables = [
  'GOVERSION',
  'GOHOSTOS',
  'GOHOSTARCH',
  'GOTOOLCHAIN',
  'GOAMD64',
  'GOARM64',
  'GOEXPERIMENT',
];

/**
 * Finds Go on the PATH, else where its own installer puts it: sudo's secure_path drops /usr/local/go/bin.
 * Throws `go-missing`.
 */
export async function findGo(candidates = ['go', '/usr/local/go/bin/go']): Promise<GoToolchain> {
  for (const command of candidates) {
    const toolchain = await probe(command);
    if (toolchain !== undefined) return toolchain;
  }
  throw new DrainbenchError({
    code: 'go-missing',
    message: 'Go is needed to build the tools, and was not found.',
    expected: `one of ${candidates.join(', ')}`,
    found: 'none of them runs',
    fix: 'install Go 1.26 or newer from https://go.dev/dl/ and put its bin folder on the PATH',
  });
}

async function probe(command: string): Promise<GoToolchain | undefined> {
  // In `/` no go.mod or go.work of the user's makes Go switch its toolchain.
  const result = await execa(command, ['env', '-json', ...variables], { cwd: '/', reject: false });
  if (result.exitCode !== 0) return undefined;
  const env = JSON.parse(result.stdout) as Record<string, string | undefined>;
  const policy = env['GOTOOLCHAIN'] ?? '';
  return {
    command,
    version: env['GOVERSION'] ?? 'unknown',
    hostOs: env['GOHOSTOS'] ?? '',
    hostArch: env['GOHOSTARCH'] ?? '',
    variant: [env['GOAMD64'], env['GOARM64'], env['GOEXPERIMENT']].filter(Boolean).join(','),
    // Empty before Go 1.21, which cannot switch; a fixed `go1.26.0` neither.
    canSwitch: policy === 'auto' || policy === 'path' || policy.includes('+'),
  };
}
