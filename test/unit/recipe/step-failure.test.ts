import { expect, it } from 'vitest';

import { recipeSteps } from '../../../src/recipe/recipe-steps.ts';
import { stepFailure } from '../../../src/recipe/step-failure.ts';

const [apt] = recipeSteps({ debian: { packages: ['nginx'] } }, '/apps/web', 'go');
if (apt === undefined) throw new Error('no step');
const failure = (stderr: string, ending = 'exit 100') =>
  stepFailure('local/web:1', apt, { ending, stdout: '', stderr });

it.each([
  ['E: Unable to locate package ngnix', 'package-not-found'],
  ["E: Can't select candidate version from package nginx as it has no candidate", 'package-not-found'],
  ['Err:1 http://mirror bookworm InRelease\n  Temporary failure resolving mirror', 'packages-unreachable'],
  ['E: Failed to fetch http://mirror/nginx_1.deb  404  Not Found [IP: 1]', 'package-lists-old'],
  ['dpkg-deb: error: write: No space left on device', 'disk-full'],
  ['ERROR: No matching distribution found for gunicorn==99', 'package-not-found'],
  [
    'WARNING: Retrying … NewConnectionError\nERROR: No matching distribution found for gunicorn',
    'packages-unreachable',
  ],
  ['/usr/bin/python3: No module named pip', 'pip-missing'],
  ['something else', 'image-build-failed'],
])('a step that says “%s” fails with its cause', (stderr, code) => {
  expect(failure(stderr)).toMatchObject({ code, command: expect.stringContaining('apt-get') as string });
});

it('a program that the machine lacks is named', () => {
  expect(failure('', 'Command failed with ENOENT: apt-get download')).toMatchObject({
    code: 'build-needs-missing',
  });
});
