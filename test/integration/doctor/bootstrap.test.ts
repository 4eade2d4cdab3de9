import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { findOnPath } from '../../../src/doctor/find-on-path.ts';

const SCRIPT = join(import.meta.dirname, '../../../scripts/bootstrap.sh');
/** What a POSIX system has, and nothing of what the script asks for. */
const SYSTEM =
  'sh dirname mktemp rm mkdir date cat sed sort tail head cmp find mv ln cp awk uname id grep readlink flock env sleep tr sha256sum';

let checkout: string;
let bin: string;

/** A checkout without dependencies, on a machine on which everything is there: tests take things away. */
beforeEach(() => {
  checkout = realpathSync(mkdtempSync(join(tmpdir(), 'bootstrap-test-')));
  bin = join(checkout, 'path');
  for (const folder of ['scripts', 'src', 'tools/etcd', 'path', 'tmp', 'bin']) {
    mkdirSync(join(checkout, folder), { recursive: true });
  }
  cpSync(SCRIPT, join(checkout, 'scripts/bootstrap.sh'));
  const build = 'mkdir -p dist/cli && echo built >>builds && echo >dist/cli/main.js';
  writeJson('package.json', { name: 'checkout', version: '1.0.0', scripts: { build } });
  writeJson('package-lock.json', {
    name: 'checkout',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: { '': { name: 'checkout', version: '1.0.0' } },
  });
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'src/main.ts']) writeJson(file, {});
  writeFileSync(join(checkout, 'tools/etcd/go.mod'), 'module x\n\ngo 1.26.0\n');
  for (const command of SYSTEM.split(' ')) link(command, findOnPath(command, process.env['PATH']));
  link('node', process.execPath);
  link('npm', findOnPath('npm', `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`));
  stub('gcc', 'exit 0');
  stub('go', 'printf "go1.26.8\\nlocal\\n"');
  stub('dpkg-query', 'shift 3; for package; do echo "installed $package"; done');
  stub('apt-get', 'echo "apt-get was called" >&2; exit 1');
});

afterEach(() => {
  rmSync(checkout, { recursive: true, force: true });
});

function writeJson(file: string, content: unknown): void {
  writeFileSync(join(checkout, file), JSON.stringify(content));
}

function link(command: string, target: string | null): void {
  if (target !== null) symlinkSync(realpathSync(target), join(bin, command));
}

/** A command of the imagined machine. */
function stub(command: string, script: string): void {
  rmSync(join(bin, command), { force: true });
  writeFileSync(join(bin, command), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, command), 0o755);
}

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: bin,
    HOME: checkout,
    TMPDIR: join(checkout, 'tmp'),
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
  };
}

function bootstrap(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(join(checkout, 'scripts/bootstrap.sh'), args, { env: environment(), encoding: 'utf8' });
}

/** npm keeps a compile cache of its own beside them. */
const ownTemporaryFiles = (): string[] =>
  readdirSync(join(checkout, 'tmp')).filter((name) => name.startsWith('drainbench'));

const buildCount = (): number => readFileSync(join(checkout, 'builds'), 'utf8').trim().split('\n').length;

test('the first time it installs, builds and links; the second time it does and says nothing', () => {
  const first = bootstrap();
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(first.stdout).toContain('setup: installing npm packages: done');
  expect(first.stdout).toContain('setup: building dist/: done');
  expect(readlinkSync(join(checkout, 'node_modules/.bin/drainbench'))).toBe('../../bin/drainbench');
  expect(bootstrap()).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(buildCount()).toBe(1);
  expect(ownTemporaryFiles()).toEqual([]);
});

test('a source that was changed or removed is built again, and nothing else is done', () => {
  bootstrap();
  const later = new Date(Date.now() + 5000);
  utimesSync(join(checkout, 'src/main.ts'), later, later);
  expect(bootstrap().stdout).not.toContain('npm packages');
  expect(buildCount()).toBe(2);
});

test('a lock file that was changed is installed again', () => {
  bootstrap();
  writeFileSync(
    join(checkout, 'package-lock.json'),
    `${readFileSync(join(checkout, 'package-lock.json'), 'utf8')}\n`,
  );
  expect(bootstrap().stdout).toContain('installing npm packages: done');
  expect(bootstrap().stdout).not.toContain('npm packages');
});

test.each([
  ['node', 'Node is missing'],
  ['npm', 'npm is missing'],
])('without %s it says so', (command, message) => {
  rmSync(join(bin, command));
  const result = bootstrap();
  expect(result.status).toBe(69);
  expect(result.stderr).toContain(message);
  expect(result.stderr).toContain('apt-get install');
});

test('a Go that is too old is refused with the version needed, unless it fetches newer ones itself', () => {
  stub('go', 'printf "go1.24.4\\nlocal\\n"');
  const result = bootstrap();
  expect(result.status).toBe(69);
  expect(result.stderr).toContain('Go 1.26.0 or newer is needed');
  expect(result.stderr).toContain('is 1.24.4');
  expect(result.stderr).toContain('https://go.dev/dl/');
  stub('go', 'printf "go1.24.4\\nauto\\n"');
  expect(bootstrap().status).toBe(0);
});

test('an unreachable registry is named as that, and leaves nothing half-done', () => {
  stub('node', `[ "$1" = --version ] && echo v20.20.2 && exit; exec '${process.execPath}' "$@"`);
  const result = bootstrap();
  expect(result.status).toBe(69);
  expect(result.stderr).toContain('the npm registry could not be reached');
  expect(readdirSync(join(checkout, '.node')).filter((name) => name.startsWith('staging'))).toEqual([]);
  expect(existsSync(join(checkout, '.node/bin/node'))).toBe(false);
});

test.runIf(process.arch === 'x64' || process.arch === 'arm64')(
  'a Node that is not the one that is known does not run, whatever it says and whoever served it',
  () => {
    stub('node', `[ "$1" = --version ] && echo v20.20.2 && exit; exec '${process.execPath}' "$@"`);
    // npm found it in the registry, with the hash that the registry told of it.
    stub(
      'npm',
      `brought=$3/node_modules/node-linux-${process.arch}/bin
       mkdir -p "$brought"
       printf '#!/bin/sh\\necho >%s/it-ran; echo v24.21.0\\n' '${checkout}' >"$brought/node"
       chmod +x "$brought/node"`,
    );
    link('chmod', findOnPath('chmod', process.env['PATH']));
    const result = bootstrap();
    expect(result.status).toBe(69);
    expect(result.stderr).toContain('is not the Node that is known');
    expect(existsSync(join(checkout, 'it-ran'))).toBe(false);
    expect(existsSync(join(checkout, '.node/bin/node'))).toBe(false);
    expect(readdirSync(join(checkout, '.node')).filter((name) => name.startsWith('staging'))).toEqual([]);
  },
);

test('missing packages are installed in one call; with old lists they are refreshed and it is tried again', () => {
  stub('dpkg-query', 'echo "installed nftables"');
  stub(
    'apt-get',
    `echo "$*" >>'${checkout}/apt'
     case "$*" in
       *update) touch '${checkout}/fresh' ;;
       *) [ -e '${checkout}/fresh' ] || { echo 'E: Unable to locate package iptables' >&2; exit 100; } ;;
     esac`,
  );
  link('touch', findOnPath('touch', process.env['PATH']));
  if (process.geteuid?.() !== 0) stub('sudo', '[ "$1" = -n ] && shift; exec "$@"');
  expect(bootstrap('--for-tests').status).toBe(0);
  const calls = readFileSync(join(checkout, 'apt'), 'utf8').trim().split('\n');
  expect(calls).toHaveLength(3);
  expect(calls[1]).toMatch(/ update$/);
  expect(calls[2]).toMatch(
    / install -y --no-install-recommends iptables conntrack .*busybox-static chromium debootstrap debian-archive-keyring( docker\.io)?$/,
  );
});

test("apt's lock held by another program is named as that", () => {
  stub('dpkg-query', 'exit 1');
  const message = 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt-get)';
  stub('apt-get', `echo '${message}' >&2; exit 100`);
  if (process.geteuid?.() !== 0) stub('sudo', '[ "$1" = -n ] && shift; exec "$@"');
  const result = bootstrap();
  expect(result.status).toBe(69);
  expect(result.stderr).toContain('held by process 4711');
  expect(result.stderr).toContain('Another program holds the lock of apt');
});

test('who is neither root nor may use sudo is told what to install, and gets the rest', () => {
  stub('dpkg-query', 'exit 1');
  stub('id', 'echo 1000');
  const result = bootstrap();
  expect(result.status).toBe(0);
  expect(result.stderr).toContain('embedded clusters will not run before you do: apt-get install nftables');
  expect(result.stdout).toContain('building dist/: done');
});

test('elsewhere than on Debian it names what is needed and goes on', () => {
  rmSync(join(bin, 'dpkg-query'));
  const result = bootstrap();
  expect(result.status).toBe(0);
  expect(result.stdout).toContain('this is not Debian, so nothing is installed; not found: pkg-config nft');
  expect(result.stdout).toContain('building dist/: done');
});

test('what the compiler said is shown, and the next time it is tried again', () => {
  writeJson('package.json', {
    name: 'checkout',
    version: '1.0.0',
    scripts: { build: 'echo "bad type"; exit 2' },
  });
  for (let attempt = 1; attempt <= 2; attempt++) {
    const result = bootstrap();
    expect(result.status).toBe(69);
    expect(result.stderr).toContain('bad type');
    expect(result.stderr).toContain('dist/ could not be built');
  }
});

test('interrupted while it installs, it stops, and the next time it goes on', async () => {
  stub('npm', `echo >'${checkout}/installing'; exec sleep 600`);
  const child = spawn(join(checkout, 'scripts/bootstrap.sh'), {
    env: environment(),
    detached: true,
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  while (!existsSync(join(checkout, 'installing')) && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // As Ctrl-C does: the whole foreground group.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  expect(await ended).toBe(130);
  expect(ownTemporaryFiles()).toEqual([]);
  rmSync(join(bin, 'npm'));
  link('npm', findOnPath('npm', `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`));
  expect(bootstrap().status).toBe(0);
});

test('an unknown argument is refused', () => {
  const result = bootstrap('--fast');
  expect(result.status).toBe(64);
  expect(result.stderr).toContain('unknown argument --fast');
});
