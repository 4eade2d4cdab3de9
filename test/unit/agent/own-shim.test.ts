import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ownShim } from '../../../src/agent/own-shim.ts';

const SHIM = '/var/lib/rancher/k3s/data/1f2e/bin/containerd-shim-runc-v2';
const K3S = ['-namespace', 'k8s.io', '-id', '7ab1', '-address', '/run/k3s/containerd/containerd.sock'];

let proc: string;
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'drainbench-proc-'));
});
afterEach(() => rmSync(proc, { recursive: true }));

function process(pid: number, parent: number, command: readonly string[], exe = command[0] ?? ''): void {
  const folder = join(proc, String(pid));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cmdline'), command.map((arg) => `${arg}\0`).join(''));
  writeFileSync(join(folder, 'stat'), `${pid} (a) name (R) 1) S ${parent} ${pid} 0 0 -1 4194560`);
  symlinkSync(exe, join(folder, 'exe'));
}

describe('the shim of a container', () => {
  it('is found above the program, and tells where its containerd listens and lives', () => {
    process(812, 640, ['node', '/drainbench/dist/agent/agent-worker.js'], '/usr/local/bin/node');
    process(640, 1, [SHIM, ...K3S]);
    process(1, 0, ['/sbin/init']);
    expect(ownShim(proc, '812')).toEqual({
      pid: 640,
      address: '/run/k3s/containerd/containerd.sock',
      folder: '/var/lib/rancher/k3s/data/1f2e/bin',
    });
  });

  it('is not known where the container is kept by something else, or in a pid namespace of its own', () => {
    process(9, 1, ['node', 'agent-worker.js', '-address', '/run/a.sock']);
    process(1, 0, ['/usr/bin/conmon', '-address', '/run/b.sock']);
    expect(ownShim(proc, '9')).toBeNull();
    process(30, 29, ['node', 'agent-worker.js']);
    expect(ownShim(proc, '30')).toBeNull();
  });
});
