import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';

import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { readProcessFacts } from '../../../src/observe/process-facts.ts';
import { makeTestCgroup } from './kernel-trace-cgroup.ts';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

describe.skipIf(process.getuid?.() !== 0)('the facts of a first process without a handler', () => {
  it('tell that it waits for signals, as tini does', async () => {
    const program = compile(`
      sigset_t all;
      sigfillset(&all);
      sigprocmask(SIG_SETMASK, &all, 0);
      say_here();
      siginfo_t got;
      while (sigwaitinfo(&all, &got) != SIGTERM) continue;`);
    const { facts, status } = await factsOf(['unshare', ...NAMESPACE, program]);
    expect(facts).toMatchObject({ innerPid: 1, handledSignals: [], waitsForSignals: true });
    // What it waits for is not among what it blocks: the mask alone would not do.
    expect(status).toMatch(/^SigBlk:\t0+$/m);
  });

  it('tell which signals it holds back, as a reader of signalfd does', async () => {
    const program = compile(`
      sigset_t one;
      sigemptyset(&one);
      sigaddset(&one, SIGTERM);
      sigprocmask(SIG_SETMASK, &one, 0);
      say_here();
      pause();`);
    const { facts } = await factsOf(['unshare', ...NAMESPACE, program]);
    expect(facts).toMatchObject({
      innerPid: 1,
      handledSignals: [],
      blockedSignals: [15],
      waitsForSignals: false,
    });
  });

  it('tell that it is not number 1 of the namespace that it shares', async () => {
    const { facts } = await factsOf([compile('say_here(); pause();')]);
    expect(facts).toHaveProperty('innerPid');
    expect(facts).not.toMatchObject({ innerPid: 1 });
  });
});

describe.skipIf(process.getuid?.() !== 0)('the facts of a preStop hook', () => {
  it('name the program that is not in the container, and follow links as the container would', async () => {
    const root = rootWith(compile('say_here(); pause();', ['-static']));
    symlinkSync('/bin/app', join(root, 'bin/linked'));
    symlinkSync('/nowhere/on/earth', join(root, 'bin/dangling'));
    writeFileSync(join(root, 'bin/text'), 'no program\n');
    const missing = async (...preStop: readonly string[]) => {
      const { facts } = await factsOf(['env', '-i', 'PATH=/bin', chroot(), root, '/bin/app'], preStop);
      return facts?.type === 'process-facts' ? facts.missingPrograms : undefined;
    };
    expect(await missing('sleep', '5')).toEqual(['sleep']);
    expect(await missing('/bin/sh', '-c', 'sleep 5')).toEqual(['/bin/sh', 'sleep']);
    expect(await missing('app')).toEqual([]);
    expect(await missing('linked')).toEqual([]);
    expect(await missing('/bin/linked')).toEqual([]);
    expect(await missing('dangling')).toEqual(['dangling']);
    expect(await missing('text')).toEqual(['text']);
    expect(await missing()).toEqual([]);
  });

  it('tell on which PATH a program was looked for, and where one of that name is all the same', async () => {
    const root = rootWith(compile('say_here(); pause();', ['-static']));
    writeFileSync(join(root, 'bin/sleep'), 'stands for the program\n');
    chmodSync(join(root, 'bin/sleep'), 0o755);
    const found = async (...preStop: readonly string[]) => {
      const { facts } = await factsOf(['env', '-i', 'PATH=/opt/app', chroot(), root, '/bin/app'], preStop);
      return facts;
    };
    expect(await found('sleep', '5')).toMatchObject({
      missingPrograms: ['sleep'],
      searchedPath: '/opt/app',
      programsElsewhere: { sleep: '/bin/sleep' },
    });
    expect(await found('/usr/bin/sleep', '5')).toMatchObject({
      missingPrograms: ['/usr/bin/sleep'],
      programsElsewhere: { '/usr/bin/sleep': '/bin/sleep' },
    });
    expect(await found('drain')).toMatchObject({ missingPrograms: ['drain'], programsElsewhere: {} });
    expect(await found('/bin/sleep', '5')).not.toHaveProperty('searchedPath');
  });

  it('know that a shell of BusyBox has its own sleep', async () => {
    const root = rootWith(compile('say_here(); pause();', ['-static']));
    writeFileSync(join(root, 'bin/busybox'), 'stands for the program\n');
    chmodSync(join(root, 'bin/busybox'), 0o755);
    symlinkSync('/bin/busybox', join(root, 'bin/sh'));
    const { facts } = await factsOf(
      ['env', '-i', 'PATH=/bin', chroot(), root, '/bin/app'],
      ['sh', '-c', 'sleep 5'],
    );
    expect(facts).toMatchObject({ missingPrograms: [] });
  });
});

describe.skipIf(process.getuid?.() !== 0)('the facts of what a container listens at', () => {
  const listen = (port: number, count: number) => `
      for (int i = 0; i < ${count}; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
        struct sockaddr_in at = { AF_INET, htons(${port}), { htonl(INADDR_LOOPBACK) } };
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 9) != 0) return 1;
      }`;

  it('count the sockets at each address and port, and connections not at all', async () => {
    const program = compile(`
      ${listen(80, 2)}
      ${listen(8080, 1)}
      struct sockaddr_in to = { AF_INET, htons(8080), { htonl(INADDR_LOOPBACK) } };
      if (connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&to, sizeof to) != 0) return 1;
      struct sockaddr_in6 six = { AF_INET6, htons(9), 0, IN6ADDR_ANY_INIT, 0 };
      int any = socket(AF_INET6, SOCK_STREAM, 0);
      if (bind(any, (struct sockaddr *)&six, sizeof six) != 0 || listen(any, 9) != 0) return 1;
      say_here();
      pause();`);
    const { facts } = await factsOf([
      'unshare',
      '--net',
      ...NAMESPACE,
      'sh',
      '-c',
      'ip link set lo up && exec "$0"',
      program,
    ]);
    expect(facts).toMatchObject({
      listeners: [
        { address: '::', port: 9, sockets: 1 },
        { address: '127.0.0.1', port: 80, sockets: 2 },
        { address: '127.0.0.1', port: 8080, sockets: 1 },
      ],
    });
  });

  it('leave out what another container of the Pod listens at, and tell of one that listens at nothing', async () => {
    const other = compile(`${listen(80, 1)} say_here(); pause();`);
    const script = 'ip link set lo up; "$0" & exec sleep 60';
    const { facts } = await factsOf(['unshare', '--net', ...NAMESPACE, 'sh', '-c', script, other]);
    expect(facts).toMatchObject({ comm: 'sleep', listeners: [] });
  });
});

const NAMESPACE = ['--pid', '--fork', '--kill-child'];

/** Compiles a program that can say that it is there, and has no handler for anything. */
function compile(body: string, options: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-program-'));
  releases.push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'program');
  const source = `
    #include <arpa/inet.h>
    #include <signal.h>
    #include <sys/socket.h>
    #include <unistd.h>
    static void say_here(void) { if (write(1, "here\\n", 5) != 5) _exit(1); }
    int main(void) { ${body} return 0; }`;
  execFileSync('gcc', [...options, '-x', 'c', '-o', file, '-'], { input: source });
  return file;
}

/** A file system that holds nothing but this program, as `/bin/app`. */
function rootWith(program: string): string {
  const root = mkdtempSync(join(tmpdir(), 'drainbench-root-'));
  releases.push(() => {
    rmSync(root, { recursive: true, force: true });
  });
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/app'), readFileSync(program));
  chmodSync(join(root, 'bin/app'), 0o755);
  return root;
}

/** With the PATH of the container, `env` would not find it. */
function chroot(): string {
  return execFileSync('sh', ['-c', 'command -v chroot'], { encoding: 'utf8' }).trim();
}

/** Runs a command as a container that has said `here`, looks at its first process, and ends it. */
async function factsOf(
  [command = '', ...args]: readonly string[],
  preStop: readonly string[] = [],
): Promise<{ readonly facts: NewHistoryEvent | undefined; readonly status: string }> {
  const cgroup = makeTestCgroup();
  const app = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let first = app.pid ?? 0;
  try {
    for await (const line of createInterface({ input: app.stdout })) if (line === 'here') break;
    if (command === 'unshare') first = childOf(first);
    cgroup.enter(first);
    // It says so before it is in the call in which it waits.
    await expect.poll(() => stateOf(first), { timeout: 10_000 }).toBe('S');
    const { podUid, containerId } = cgroup.container;
    const pod = {
      metadata: { name: 'app-1', uid: podUid, resourceVersion: '1' },
      spec: { containers: [{ name: 'app', lifecycle: { preStop: { exec: { command: preStop } } } }] },
      status: {
        containerStatuses: [
          { name: 'app', containerID: `containerd://${containerId}`, state: { running: {} } },
        ],
      },
    };
    const events: NewHistoryEvent[] = [];
    await readProcessFacts([pod], {
      nowNs: () => 0,
      record: (event) => void events.push(event),
      signal: new AbortController().signal,
    });
    const status = readFileSync(`/proc/${first}/status`, 'utf8');
    return { facts: events[0], status };
  } finally {
    const exited = once(app, 'exit');
    // The process itself: unshare waits for it, so that the cgroup is empty when unshare is gone.
    process.kill(first, 'SIGKILL');
    await exited;
    cgroup.remove();
  }
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
}
