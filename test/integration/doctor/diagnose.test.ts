import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { diagnose } from '../../../src/doctor/diagnose.ts';
import { findOnPath } from '../../../src/doctor/find-on-path.ts';
import type { CheckResult, Diagnosis } from '../../../src/model/diagnosis.ts';

const run = promisify(execFile);
const DIAGNOSE = new URL('../../../src/doctor/diagnose.ts', import.meta.url).href;
const root = process.geteuid?.() === 0;

let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'doctor-test-'));
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function check(diagnosis: Diagnosis, id: string): CheckResult {
  const found = diagnosis.drivers.flatMap((driver) => driver.checks).find((result) => result.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
}

/** A PATH that holds these commands and no other. */
function pathWith(commands: readonly string[]): string {
  const folder = mkdtempSync(join(scratch, 'path-'));
  for (const command of commands) {
    const file = findOnPath(command, `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`);
    if (file !== null) symlinkSync(file, join(folder, command));
  }
  return folder;
}

test('every driver gets its checks, each with what was found, and usable means that none failed', async () => {
  const diagnosis = await diagnose();
  expect(diagnosis.drivers.map((driver) => driver.driver)).toEqual(['embedded', 'kind', 'existing']);
  for (const driver of diagnosis.drivers) {
    expect(driver.checks.length).toBeGreaterThan(2);
    expect(driver.usable).toBe(driver.checks.every((result) => result.status !== 'fail'));
    for (const result of driver.checks) {
      expect(result.found, result.id).not.toBe('');
      expect(result.found, result.id).not.toContain('the check broke');
      expect(result.expected, result.id).not.toBe('');
    }
  }
  expect(diagnosis.anyUsable).toBe(diagnosis.drivers.some((driver) => driver.usable));
  expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
});

test('only the drivers asked for are looked at', async () => {
  const diagnosis = await diagnose({ drivers: ['existing'] });
  expect(diagnosis.drivers.map((driver) => driver.driver)).toEqual(['existing']);
  expect(diagnosis.drivers[0]?.checks.map((result) => result.id)).not.toContain('cgroups');
});

test('a command that is not there is named, with the package that brings it', async () => {
  const PATH = pathWith([
    'ip',
    'nsenter',
    'unshare',
    'mount',
    'umount',
    'hostname',
    'find',
    'iptables',
    'git',
    'sh',
  ]);
  const diagnosis = await diagnose({ drivers: ['embedded'], env: { ...process.env, PATH } });
  const commands = check(diagnosis, 'commands');
  expect(commands.status).toBe('fail');
  expect(commands.found).toContain('nft, conntrack');
  expect(check(diagnosis, 'conntrack').status).toBe('skipped');
  expect(check(diagnosis, 'c-compiler').status).not.toBe('ok');
  expect(diagnosis.anyUsable).toBe(false);
});

test('commands that are only missing from the PATH are not installed again', async () => {
  const inSbin = ['nft', 'conntrack', 'ip'].filter(
    (command) => findOnPath(command, '/usr/sbin:/sbin') !== null,
  );
  const others = [
    'nsenter',
    'unshare',
    'mount',
    'umount',
    'hostname',
    'find',
    'iptables',
    'git',
    'nft',
    'conntrack',
    'ip',
  ];
  const PATH = pathWith(others.filter((command) => !inSbin.includes(command)));
  const diagnosis = await diagnose({ drivers: ['embedded'], env: { ...process.env, PATH } });
  expect(check(diagnosis, 'commands').fix).toEqual({
    command: 'export PATH="$PATH:/usr/sbin:/sbin"',
    automatic: false,
  });
});

test('a kubeconfig is read from KUBECONFIG, and a broken one beside it is named', async () => {
  const good = join(scratch, 'good.yaml');
  const broken = join(scratch, 'broken.yaml');
  writeFileSync(good, 'contexts:\n- name: staging\n');
  writeFileSync(broken, 'contexts: [');
  const diagnoseWith = (KUBECONFIG: string) =>
    diagnose({ drivers: ['existing'], env: { ...process.env, KUBECONFIG } });
  expect(check(await diagnoseWith(good), 'kubeconfig')).toMatchObject({
    status: 'ok',
    found: 'contexts staging',
  });
  const both = check(await diagnoseWith(`${broken}:${good}`), 'kubeconfig');
  expect(both.status).toBe('warn');
  expect(both.found).toContain(broken);
  expect(check(await diagnoseWith(broken), 'kubeconfig').status).toBe('fail');
});

test('a command that hangs is ended with all it started, and its check says so', async () => {
  const marker = `31${process.pid}`;
  const folder = mkdtempSync(join(scratch, 'path-'));
  // The shell waits for a child of its own: ending the shell alone would leave that behind.
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\nsleep ${marker}\nexit 0\n`, { mode: 0o755 });
  const PATH = `${folder}:${process.env['PATH'] ?? ''}`;
  const diagnosis = await diagnose({
    drivers: ['kind'],
    env: { ...process.env, PATH },
    checkTimeoutMs: 1500,
  });
  expect(check(diagnosis, 'engine')).toMatchObject({ status: 'fail', found: 'no answer within 1500 ms' });
  expect(runningWith(marker)).toEqual([]);
});

test('an abort rejects with its reason', async () => {
  const reason = new Error('the user said stop');
  await expect(diagnose({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

describe.skipIf(!root)('as root', () => {
  /**
   * Runs the doctor in namespaces of its own, where no other program makes links, rules or mounts, and compares what
   * is there before and after. cgroups and trace instances belong to the whole machine: there only its own names count.
   */
  async function leftBehind(abortAfterMs: number | null): Promise<{ differences: string; answer: string }> {
    const state = join(scratch, 'state');
    const script = `
      snapshot() {
        ip -j link; ip -j -4 route show table all; nft list ruleset; cat /proc/self/mountinfo; ls /run/netns || true
        find /sys/fs/cgroup -maxdepth 2 -name 'drainbench-doctor*'
        mount -t tracefs tracefs "$1/trace" && ls "$1/trace/instances" | grep drainbench-doctor; umount "$1/trace"
        find "$1/state" "$1/tmp"
      }
      mkdir -p "$1/trace" "$1/state" "$1/tmp" "$1/out"
      snapshot "$1" >"$1/out/before" 2>&1
      TMPDIR="$1/tmp" "$2" --input-type=module -e "$3" >"$1/out/answer"
      snapshot "$1" >"$1/out/after" 2>&1
      diff "$1/out/before" "$1/out/after" || true
    `;
    const program = `
      import { diagnose } from '${DIAGNOSE}';
      const signal = ${abortAfterMs === null ? 'undefined' : `AbortSignal.timeout(${abortAfterMs})`};
      const options = signal === undefined ? {} : { signal };
      await diagnose(options).then((found) => console.log(JSON.stringify(found)), (error) => console.log(error.name));
    `;
    const arguments_ = ['--net', '--mount', 'sh', '-c', script, 'sh', scratch, process.execPath, program];
    const env = { ...process.env, DRAINBENCH_STATE_DIR: state };
    const { stdout } = await run('unshare', arguments_, { env });
    const answer = readFileSync(join(scratch, 'out/answer'), 'utf8');
    expect(readFileSync(join(scratch, 'out/before'), 'utf8')).toContain(' - ');
    return { differences: stdout, answer };
  }

  test('nothing is left behind', async () => {
    const { differences, answer } = await leftBehind(null);
    expect(differences).toBe('');
    const diagnosis = JSON.parse(answer) as Diagnosis;
    for (const id of [
      'namespaces',
      'cgroups',
      'overlayfs',
      'links',
      'nftables',
      'conntrack',
      'kernel-trace',
    ]) {
      expect(check(diagnosis, id).status, id).not.toBe('skipped');
    }
  });

  test.each([20, 50, 80, 120, 160, 200])(
    'nothing is left behind when it is stopped after %i ms',
    async (ms) => {
      const { differences, answer } = await leftBehind(ms);
      expect(differences).toBe('');
      expect(answer.trim()).toBe('TimeoutError');
    },
  );

  test('without root the embedded driver is not usable, and sudo is the fix', async () => {
    const program = `
      import { diagnose } from '${DIAGNOSE}';
      console.log(JSON.stringify(await diagnose()));
    `;
    const command = [process.execPath, '--input-type=module', '-e', program];
    const env = { ...process.env, HOME: '/nonexistent' };
    const { stdout } = await run(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', '--', ...command],
      {
        env,
        cwd: '/',
      },
    );
    const diagnosis = JSON.parse(stdout) as Diagnosis;
    expect(diagnosis.drivers[0]).toMatchObject({ driver: 'embedded', usable: false });
    expect(check(diagnosis, 'root')).toMatchObject({
      status: 'fail',
      found: 'user id 65534',
      fix: { command: 'sudo npx drainbench doctor', automatic: false },
    });
    expect(check(diagnosis, 'links')).toMatchObject({ status: 'skipped', found: 'not tried: needs root' });
    const broken = diagnosis.drivers
      .flatMap((driver) => driver.checks)
      .filter(({ found }) => found.includes('broke'));
    expect(broken).toEqual([]);
  });
});

/** Pids of processes with this word in their command line. */
function runningWith(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
    } catch {
      return false;
    }
  });
}
