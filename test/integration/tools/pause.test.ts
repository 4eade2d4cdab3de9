import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTools } from '../../../src/tools/build-tools.ts';

let cacheDir = '';
let pause = '';

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'drainbench-pause-'));
  pause = (await buildTools({ names: ['pause'], cacheDir })).pause;
});
afterAll(async () => await rm(cacheDir, { recursive: true }));

const children = async (pid: number): Promise<string> =>
  await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
const until = async (condition: () => Promise<boolean>): Promise<void> => {
  for (let i = 0; i < 500; i++) {
    if (await condition()) return;
    await sleep(10);
  }
  throw new Error('never happened');
};
/** Asleep in the pause program: it sleeps nowhere but where it waits for signals. */
const isReady = async (pid: number): Promise<boolean> =>
  /^\d+ \(pause\) S /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));

describe('the pause program', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('exits 0 on %s', async (signal) => {
    const running = execa(pause, { reject: false });
    await until(async () => await isReady(running.pid ?? 0));
    running.kill(signal);
    expect((await running).exitCode).toBe(0);
  });

  it('reaps the children it inherits', async () => {
    const running = execa('sh', ['-c', 'sleep 0.2 & sleep 0.3 & exec "$0"', pause], { reject: false });
    const pid = running.pid ?? 0;
    await until(async () => (await isReady(pid)) && (await children(pid)).trim().split(' ').length === 2);
    await until(async () => (await children(pid)) === '');
    running.kill('SIGTERM');
    expect((await running).exitCode).toBe(0);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'exits 0 on SIGTERM as the first process of a PID namespace',
    async () => {
      const outer = execa('unshare', ['--pid', '--fork', '--kill-child', pause], { reject: false });
      let inner = 0;
      await until(async () => {
        inner = Number(await children(outer.pid ?? 0));
        return inner > 0 && (await isReady(inner));
      });
      process.kill(inner, 'SIGTERM');
      expect((await outer).exitCode).toBe(0);
    },
  );

  it('needs no library of the host', async () => {
    const { stdout, stderr } = await execa('ldd', [pause], { reject: false, env: { LC_ALL: 'C' } });
    expect(stdout + stderr).toMatch(/not a dynamic executable|statically linked/);
  });
});
