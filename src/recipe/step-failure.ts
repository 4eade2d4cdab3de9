import { DrainbenchError } from '../model/drainbench-error.ts';
import { renderCommand } from '../tools/render-command.ts';
import type { BuildCommandResult } from '../tools/run-build-command.ts';
import type { RecipeStep } from './recipe-steps.ts';

const SHOWN_LINES = 10;

/** The error for a step that failed: what its output shows the cause to be, and what to do about it. */
export function stepFailure(
  image: string,
  step: RecipeStep,
  { ending, stdout, stderr }: Pick<BuildCommandResult, 'ending' | 'stdout' | 'stderr'>,
): DrainbenchError {
  const output = `${stderr}\n${stdout}`;
  const known = [...CAUSES, ...missingPrograms(step)].find(({ sign }) => sign.test(`${output}\n${ending}`));
  return new DrainbenchError({
    code: known?.code ?? 'image-build-failed',
    message: `${image} could not be assembled: ${known?.message ?? `${step.doing} failed`}`,
    expected: `${step.command} to exit 0`,
    found: ending,
    fix: known?.fix ?? 'run the command to see the whole output',
    command: renderCommand(step),
    detail: output.trim().split('\n').slice(-SHOWN_LINES).join('\n'),
  });
}

interface Cause {
  readonly sign: RegExp;
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

/** The first whose sign is there: a package manager without network also says that it found no package. */
const CAUSES: readonly Cause[] = [
  {
    sign: /no space left on device|disk quota exceeded/i,
    code: 'disk-full',
    message: 'the disk is full',
    fix: 'free some space, then try again: df -h',
  },
  {
    sign: /Temporary failure resolving|Could not resolve|no such host|Failed to establish a new connection|NewConnectionError|Network is unreachable|Unable to connect|Could not connect|dial tcp|i\/o timeout|Connection timed out/i,
    code: 'packages-unreachable',
    message: 'its packages cannot be downloaded: no network',
    fix: 'check the network, and the mirrors that apt, pip and go use on this machine',
  },
  {
    sign: /404 +Not Found/,
    code: 'package-lists-old',
    message: 'the package lists of this machine name versions that are gone',
    fix: 'apt-get update',
  },
  {
    sign: /Unable to locate package|has no installation candidate|Can't select candidate version|Version .* was not found/,
    code: 'package-not-found',
    message: 'a Debian package is not in the lists of this machine',
    fix: 'apt-get update; then look for its name in this release: apt-cache search WORD',
  },
  {
    sign: /No matching distribution found|Could not find a version that satisfies/,
    code: 'package-not-found',
    message: 'a Python package has no wheel in the version that its requirements name',
    fix: 'python3 -m pip index versions NAME shows which there are',
  },
  {
    sign: /checksum mismatch|DO NOT MATCH THE HASHES|Hash Sum mismatch/i,
    code: 'package-checksum-mismatch',
    message: 'what was downloaded is not what is pinned',
    fix: 'try again; if it stays, do not trust the mirror in use',
  },
  {
    sign: /No module named pip/,
    code: 'pip-missing',
    message: 'pip is not on this machine',
    fix: 'apt-get install -y python3-pip',
  },
];

function missingPrograms({ command }: RecipeStep): readonly Cause[] {
  const packages: Readonly<Record<string, string>> = {
    'apt-get': 'a Debian or Ubuntu machine has it; elsewhere build the Dockerfile beside image.yaml',
    python3: 'apt-get install -y python3-pip',
  };
  const sign = /ENOENT|not found/;
  const fix = packages[command];
  return fix === undefined
    ? []
    : [{ sign, code: 'build-needs-missing', message: `${command} is not on this machine`, fix }];
}
