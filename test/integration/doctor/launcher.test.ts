import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const LAUNCHER = join(import.meta.dirname, '../../../bin/drainbench');

let checkout: string;

beforeEach(() => {
  checkout = realpathSync(mkdtempSync(join(tmpdir(), 'launcher test-')));
  mkdirSync(join(checkout, 'bin'));
  mkdirSync(join(checkout, 'dist/cli'), { recursive: true });
  cpSync(LAUNCHER, join(checkout, 'bin/drainbench'));
  writeFileSync(join(checkout, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(checkout, 'dist/cli/main.js'),
    'console.log(JSON.stringify({ arguments: process.argv.slice(2), path: process.env.PATH, node: process.execPath }));',
  );
});

afterEach(() => {
  rmSync(checkout, { recursive: true, force: true });
});

interface Answer {
  readonly arguments: string[];
  readonly path: string;
  readonly node: string;
}

/** Puts this test's Node where a setup puts one. */
function bringNode(): void {
  mkdirSync(join(checkout, '.node/bin'), { recursive: true });
  symlinkSync(process.execPath, join(checkout, '.node/bin/node'));
}

function nodeOfVersion(version: string): string {
  const folder = mkdtempSync(join(checkout, 'path-'));
  writeFileSync(join(folder, 'node'), `#!/bin/sh\necho ${version}\n`);
  chmodSync(join(folder, 'node'), 0o755);
  return folder;
}

test('it is found through links to links, and hands every argument on as it is', () => {
  bringNode();
  mkdirSync(join(checkout, 'node_modules/.bin'), { recursive: true });
  symlinkSync('../../bin/drainbench', join(checkout, 'node_modules/.bin/drainbench'));
  symlinkSync(join(checkout, 'node_modules/.bin/drainbench'), join(checkout, 'linked'));
  const output = execFileSync(join(checkout, 'linked'), ['a b', '', '$HOME'], { cwd: '/', encoding: 'utf8' });
  const answer = JSON.parse(output) as Answer;
  expect(answer.arguments).toEqual(['a b', '', '$HOME']);
  expect(answer.node).toBe(realpathSync(process.execPath));
});

test('system commands are found although the PATH stops before /usr/sbin', () => {
  bringNode();
  const env = { ...process.env, PATH: '/usr/bin:/bin' };
  const output = execFileSync(join(checkout, 'bin/drainbench'), { env, encoding: 'utf8' });
  expect((JSON.parse(output) as Answer).path).toBe('/usr/bin:/bin:/usr/sbin:/sbin');
});

test.each(['v20.20.2', 'v24.14.9'])('Node %s is too old, and it says what to run', (version) => {
  const env = { ...process.env, PATH: `${nodeOfVersion(version)}:/usr/bin:/bin` };
  const result = spawnSync(join(checkout, 'bin/drainbench'), { env, encoding: 'utf8' });
  expect(result.status).toBe(69);
  expect(result.stderr).toContain('Node 24.15 or newer is needed');
  expect(result.stderr).toContain(`is ${version}`);
  expect(result.stderr).toContain(`make -C ${checkout} setup`);
});

test.each(['v24.15.0', 'v25.0.0'])('Node %s from the PATH will do', (version) => {
  const env = { ...process.env, PATH: `${nodeOfVersion(version)}:/usr/bin:/bin` };
  expect(spawnSync(join(checkout, 'bin/drainbench'), { env }).status).toBe(0);
});

test('a checkout that is not built says so', () => {
  bringNode();
  rmSync(join(checkout, 'dist'), { recursive: true });
  const result = spawnSync(join(checkout, 'bin/drainbench'), { encoding: 'utf8' });
  expect(result.status).toBe(69);
  expect(result.stderr).toContain('It is not built yet');
});
