import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';

const COMMAND = new URL('command-under-test.ts', import.meta.url).pathname;
const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
let folder: string;
let notes: string;
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-terminal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('a command whose output goes into a pipe that is closed works and cleans up to its end', async () => {
  const shell = `${commandLine('none')} 2>&1 | head -n 1; echo "it ended with \${PIPESTATUS[0]}"`;
  const { stdout } = await execa('bash', ['-c', shell]);
  expect(stdout).toBe('working\nit ended with 0');
  expect(noted()).toEqual(['cleaning', 'clean']);
});

it('a closed pipe and SIGHUP from kernel and shell are one interruption, after which all is cleaned up', async () => {
  const child = start('waits');
  await begun();
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill('SIGHUP');
  child.kill('SIGHUP');
  await until(() => noted().includes('cleaning'));
  child.kill('SIGHUP');
  expect(await once(child, 'exit')).toEqual([130, null]);
  expect(noted()).toEqual(['cleaning', 'clean']);
});

it('a terminal that is closed, with the shell that ran in it, interrupts once and the clean-up runs to its end', async () => {
  const commands = commandLine('waits');
  // `script` holds the terminal: when it is killed, all that runs there is hung up and every write fails with EIO.
  const terminal = spawn('script', ['--quiet', '--command', `bash -c '${commands}; true'`, '/dev/null'], {
    stdio: 'ignore',
  });
  const pid = await begun();
  terminal.kill('SIGKILL');
  await until(() => !existsSync(`/proc/${pid}`));
  expect(noted()).toEqual(['cleaning', 'clean']);
});

it('a second Ctrl-C stops at once', async () => {
  const child = start('waits');
  await begun();
  child.kill('SIGINT');
  await until(() => noted().includes('cleaning'));
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
  expect(noted()).toEqual(['cleaning']);
});

it.each(['exception', 'rejection'])(
  '%s: what nobody catches is shown, all is cleaned up, and the exit code is 70',
  async (trouble) => {
    const child = start(trouble);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.resume();
    expect(await once(child, 'exit')).toEqual([70, null]);
    expect(noted()).toEqual(['cleaning', 'clean']);
    expect(stderr).toContain('internal error, please report it');
    expect(stderr).toContain('nobody expects this');
  },
);

it('a command that waits for what can come no more ends with 70, and says how to clean up', async () => {
  const { exitCode, stderr } = await execa(process.execPath, [COMMAND, 'hangs', note()], { reject: false });
  expect(exitCode, stderr).toBe(70);
  expect(stderr).toContain('Clean up with: drainbench cluster list');
});

it('a program that cannot be loaded ends with 70, not as a verdict', async () => {
  const broken = `--import=data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) => next(name === 'yaml' ? 'not-installed' : name, context) });
  `)}`;
  const { exitCode, stderr } = await execa(process.execPath, [broken, MAIN, '--version'], { reject: false });
  expect(exitCode, stderr).toBe(70);
  expect(stderr).toContain('not-installed');
});

it('output that a full disk does not take is not a success', async () => {
  const shell = `exec ${process.execPath} ${MAIN} --version >/dev/full`;
  const { exitCode, stderr } = await execa('bash', ['-c', shell], { reject: false });
  expect(exitCode, stderr).toBe(69);
  expect(stderr).toContain('ENOSPC');
});

function note(): string {
  notes = join(folder, `notes-${++count}`);
  return notes;
}

function commandLine(trouble: string): string {
  return [process.execPath, COMMAND, trouble, note()].join(' ');
}

function start(trouble: string) {
  return spawn(process.execPath, [COMMAND, trouble, note()], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Its pid, once it works. */
async function begun(): Promise<number> {
  await until(() => existsSync(notes) && readFileSync(notes, 'utf8').includes('\n'));
  return Number(/^began (\d+)/.exec(readFileSync(notes, 'utf8'))?.[1]);
}

function noted(): readonly string[] {
  return readFileSync(notes, 'utf8').trim().split('\n').slice(1);
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('what is waited for does not come');
    await sleep(10);
  }
}
