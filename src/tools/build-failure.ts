import { DrainbenchError } from '../model/drainbench-error.ts';

export interface FailedBuild {
  readonly tool: string;
  /** Ready to paste. */
  readonly command: string;
  /** How the compiler ended: `exit 1`, `SIGKILL`. */
  readonly ending: string;
  readonly output: string;
  /** Folders that the build writes to: named when the disk is full. */
  readonly writesTo: readonly string[];
}

const lastLines = 15;

/** The error for a build that failed: what the output shows the cause to be, and what to do about it. */
export function buildFailure({ tool, command, ending, output, writesTo }: FailedBuild): DrainbenchError {
  const detail = output.trimEnd().split('\n').filter(isTelling).slice(-lastLines).join('\n');
  const known = causes.find(({ sign }) => sign.test(output)) ?? {
    code: 'tool-build-failed',
    message: 'did not build',
    fix: 'run the command to see the whole output',
  };
  const places =
    known.code === 'disk-full' ? ` One of these is on the full disk: ${writesTo.join(', ')}` : '';
  return new DrainbenchError({
    code: known.code,
    message: `${tool} ${known.message}.${places}`,
    expected: 'the build to exit 0',
    found: ending,
    fix: known.fix,
    command,
    detail,
  });
}

interface Cause {
  readonly sign: RegExp;
  readonly code: string;
  /** Follows the tool's name. */
  readonly message: string;
  readonly fix: string;
}

const causes: readonly Cause[] = [
  {
    sign: /no space left on device|disk quota exceeded/i,
    code: 'disk-full',
    message: 'could not be built: the disk is full',
    fix: 'free some space (all tools together need about 6 GB while building, 1 GB afterwards); `go clean -cache` empties the Go build cache',
  },
  {
    sign: /checksum mismatch|SECURITY ERROR/,
    code: 'tool-checksum-mismatch',
    message: 'was not built: a downloaded module is not the one that its go.sum pins',
    fix: 'go clean -modcache, then build again; if it stays, do not trust the module mirror in use (go env GOPROXY)',
  },
  {
    sign: /dial tcp|no such host|i\/o timeout|TLS handshake|connection refused|module lookup disabled/,
    code: 'modules-unreachable',
    message: 'could not be built: its Go modules cannot be downloaded',
    fix: 'check the network, or name a reachable module mirror: export GOPROXY=https://…',
  },
  {
    sign: /requires go >= |toolchain not available|download go1/,
    code: 'go-too-old',
    message: 'could not be built: it needs a newer Go, which could not be fetched',
    fix: 'install the Go named below from https://go.dev/dl/',
  },
  {
    sign: /cannot find -lc\b|libc\.a/,
    code: 'libc-missing',
    message: 'could not be linked statically: the C library is not there as an archive',
    fix: 'apt-get install -y libc6-dev',
  },
  {
    sign: /signal: killed|SIGKILL/,
    code: 'build-killed',
    message: 'could not be built: a compiler was killed, most likely because memory ran out',
    fix: 'free some memory (2 GiB are enough), or build with fewer compilers at once: export GOMAXPROCS=1',
  },
];

/** `go build -v` names each package and each download: progress, not evidence. */
function isTelling(line: string): boolean {
  return line.includes(' ') && !line.startsWith('go: downloading ');
}
