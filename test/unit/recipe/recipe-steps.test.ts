import { describe, expect, it } from 'vitest';

import { inWorkFolder, recipeSteps } from '../../../src/recipe/recipe-steps.ts';

const shown = (recipe: Parameters<typeof recipeSteps>[0]): readonly string[] =>
  recipeSteps(recipe, '/apps/web', 'go')
    .map((step) => inWorkFolder(step, '/work'))
    .map(({ command, args, cwd }) => `${cwd}: ${[command, ...args].join(' ')}`);

describe('the steps of a recipe', () => {
  it('download Debian packages and unpack them without installing them', () => {
    expect(shown({ debian: { packages: ['nginx', 'libpcre2-8-0'] } })).toEqual([
      '/work/packages: apt-get download -q nginx libpcre2-8-0',
      '/work/packages: sh -c for file in *.deb; do dpkg-deb -x "$file" ../debian || exit; done',
    ]);
  });

  it('build the Go program in its own folder, with its own go.sum and into the work folder', () => {
    const [step] = recipeSteps({ go: { output: '/server' } }, '/apps/web', '/opt/go/bin/go');
    expect(step && inWorkFolder(step, '/work')).toMatchObject({
      command: '/opt/go/bin/go',
      cwd: '/apps/web',
      args: expect.arrayContaining(['-o', '/work/go/program', '.']) as string[],
      environment: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off', GOTMPDIR: '/work/tmp' },
    });
  });

  it('take wheels from PyPI for the version of the image, and run nothing of them', () => {
    const [download, compile, ...others] = shown({
      python: { version: '3.11', requirements: 'requirements.txt', into: '/app' },
    });
    expect(download).toContain('--only-binary=:all: --no-compile --python-version 3.11');
    expect(download).toContain('-r /apps/web/requirements.txt');
    expect(compile).toContain('/work/debian/usr/bin/python3.11 -m compileall');
    expect(others).toEqual([]);
  });

  it('compile nothing of wheels that hold a program', () => {
    const steps = shown({ python: { requirements: 'requirements.txt', into: '/opt/caddy' } });
    expect(steps).toHaveLength(1);
    expect(steps[0]).not.toContain('--python-version');
  });

  it('are none where a recipe takes the files of its folder alone', () => {
    expect(shown({})).toEqual([]);
  });
});
