import { join } from 'node:path';
import type { ImageRecipe } from './image-recipe.ts';

/** One command of an assembly. */
export interface RecipeStep {
  /** What it does, for the progress line: `downloading nginx`. */
  readonly doing: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Relative to the work folder, unless it is absolute. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Where the steps leave what they fetch, in the work folder. */
export const FETCHED = { packages: 'packages', debian: 'debian', go: 'go', python: 'python' } as const;

/**
 * The commands that fetch and build what a recipe names, in order, to be run in a work folder. Pure: nothing is run.
 *
 * @param folder absolute path of the recipe's folder
 * @param goCommand the Go that builds
 */
export function recipeSteps(
  { debian, go, python }: Pick<ImageRecipe, 'debian' | 'go' | 'python'>,
  folder: string,
  goCommand: string,
): readonly RecipeStep[] {
  return [
    ...(debian === undefined ? [] : debianSteps(debian.packages)),
    ...(go === undefined ? [] : [goStep(folder, goCommand)]),
    ...(python === undefined ? [] : pythonSteps(python, folder)),
  ];
}

function debianSteps(packages: readonly string[]): readonly RecipeStep[] {
  const inPackages = { cwd: FETCHED.packages, environment: { LC_ALL: 'C' } };
  return [
    {
      doing: `downloading ${packages.join(', ')}`,
      command: 'apt-get',
      args: ['download', '-q', ...packages],
      ...inPackages,
    },
    {
      doing: `unpacking ${packages.join(', ')}`,
      command: 'sh',
      args: ['-c', `for file in *.deb; do dpkg-deb -x "$file" ../${FETCHED.debian} || exit; done`],
      ...inPackages,
    },
  ];
}

function goStep(folder: string, goCommand: string): RecipeStep {
  return {
    doing: 'building the Go program',
    command: goCommand,
    // -o is completed with the work folder when it is run: go runs in the module's folder.
    args: [
      'build',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags=-s -w',
      '-o',
      `WORK/${FETCHED.go}/program`,
      '.',
    ],
    cwd: folder,
    environment: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off', GOTMPDIR: 'WORK/tmp' },
  };
}

function pythonSteps(
  { version, requirements }: NonNullable<ImageRecipe['python']>,
  folder: string,
): readonly RecipeStep[] {
  const root = `WORK/${FETCHED.debian}`;
  const download: RecipeStep = {
    doing: `downloading what ${requirements} names`,
    command: 'python3',
    args: [
      ...['-m', 'pip', 'install', '--target', FETCHED.python, '--only-binary=:all:', '--no-compile'],
      ...(version === undefined ? [] : ['--python-version', version]),
      ...['--no-input', '-r', join(folder, requirements)],
    ],
    cwd: '.',
    environment: { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_ROOT_USER_ACTION: 'ignore', LC_ALL: 'C' },
  };
  if (version === undefined) return [download];
  // A server without rights cannot keep what it compiles, and would compile at every start.
  const compile: RecipeStep = {
    doing: 'compiling Python',
    command: `${root}/usr/bin/python${version}`,
    args: [
      ...['-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash', '-s', root, '-p', '/'],
      ...[`${root}/usr/lib/python${version}`, FETCHED.python],
    ],
    cwd: '.',
    environment: { PYTHONHOME: `${root}/usr`, PYTHONDONTWRITEBYTECODE: '1' },
  };
  return [download, compile];
}

/** The step with the work folder's own path in it. */
export function inWorkFolder(step: RecipeStep, workDir: string): RecipeStep {
  const fill = (text: string): string => text.replaceAll(/\bWORK\//g, `${workDir}/`);
  return {
    ...step,
    command: fill(step.command),
    args: step.args.map(fill),
    cwd: join(step.cwd.startsWith('/') ? '' : workDir, step.cwd),
    environment: Object.fromEntries(
      Object.entries(step.environment).map(([name, value]) => [name, fill(value)]),
    ),
  };
}
