import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

import type { CheckContext } from '../../../src/doctor/check.ts';
import { privilegedContainerCheck } from '../../../src/doctor/checks/privileged-container.ts';
import { runCommand } from '../../../src/doctor/run-command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A docker that says how it was called, and ends `run` with this message. */
async function check(said: string) {
  const docker = join(folder, 'docker');
  writeFileSync(
    docker,
    `#!/bin/sh
echo "$*" >> ${folder}/calls
case $1 in
  -v) echo "Docker version 27.0.0, build 1" ;;
  import) wc -c > ${folder}/imported ;;
  run) echo "${said}" >&2; exit 127 ;;
  image) echo somebodys-image ;;
esac
`,
  );
  chmodSync(docker, 0o755);
  const { signal } = new AbortController();
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const context = {
    ...{ env, signal },
    run: (file: string, args: readonly string[], options = {}) =>
      runCommand(file, args, env, signal, options),
  } as unknown as CheckContext;
  const finding = await privilegedContainerCheck.run(context);
  return { finding, calls: readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') };
}

it('all privileges are given to an empty image that is made for it and removed, and to none that was there', async () => {
  const { finding, calls } = await check('exec: /none: stat /none: no such file or directory');
  expect(finding.status).toBe('ok');
  const own = `drainbench-doctor-${process.pid}`;
  expect(calls.filter((call) => /^(import|run|rm|rmi) /.test(call))).toEqual([
    `import - ${own}:empty`,
    `run --rm --privileged --network none --name ${own} --entrypoint /none ${own}:empty`,
    `rm --force ${own}`,
    `rmi --force ${own}:empty`,
  ]);
  expect(calls.join(' ')).not.toContain('somebodys-image');
  expect(Number(readFileSync(join(folder, 'imported'), 'utf8'))).toBe(10_240);
});

it('an engine that may not give them is told from one that found no program', async () => {
  const { finding } = await check('unable to apply caps: operation not permitted');
  expect(finding.status).toBe('fail');
});
