import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { KindRecord } from '../../../src/cluster/kind/kind-record.ts';
import { kindStatus } from '../../../src/cluster/kind/kind-status.ts';
import { removeKind } from '../../../src/cluster/kind/remove-kind.ts';
import { sweepDeadKinds } from '../../../src/cluster/kind/sweep-kinds.ts';
import { ScriptedEngine } from '../../support/engine/scripted-engine.ts';

const HOST = 'unix:///run/the-one.sock';
const RECORD: KindRecord = {
  schemaVersion: 1,
  name: 'ours',
  phase: 'starting',
  lifetime: 'kept',
  owner: { pid: 1, startTicks: 'another process', bootId: 'another boot' },
  createdAt: '2026-01-01T00:00:00.000Z',
  engine: { command: 'docker', environment: { DOCKER_HOST: HOST } },
  nodeCount: 1,
  proxyMode: 'nftables',
  nodeImage: 'some/image',
  kubernetesVersion: 'v1.37.1',
  published: false,
  audited: true,
  mark: 'our-mark',
};

let engine: ScriptedEngine;
beforeEach(() => {
  engine = new ScriptedEngine();
  engine.enter();
});
afterEach(() => {
  engine.release();
});

function write(record: KindRecord): void {
  const folder = join(engine.folder, 'state/kind', record.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kind.json'), JSON.stringify(record));
}

describe('what is removed of a kind cluster', () => {
  it('is also a container that the engine is just making, of which it lists no more than the id', async () => {
    write(RECORD);
    engine.addContainer('left', 'ours', RECORD.mark);
    const inspect = 'cd "$S/containers" && printf "[" && cat left && printf "]"';
    engine.answer('docker', {
      'inspect\\ *': `if [ -e "$S/asked" ]; then ${inspect}; else : >"$S/asked"; echo 'Error: No such object: left' >&2; exit 1; fi`,
    });
    expect(await sweepDeadKinds()).toEqual(['ours']);
    expect(engine.hasContainer('left')).toBe(false);
  });

  it('is nothing that somebody else made under the name of a creation that was killed', async () => {
    write(RECORD);
    engine.addContainer('decoy', 'ours', 'of-somebody');
    expect(await sweepDeadKinds()).toEqual(['ours']);
    expect(engine.hasContainer('decoy')).toBe(true);
    expect(existsSync(join(engine.folder, 'state/kind/ours'))).toBe(false);
  });

  it('is what a creation that was killed has left, also where somebody else’s is beside it', async () => {
    write(RECORD);
    engine.addContainer('left', 'ours', RECORD.mark);
    engine.addContainer('decoy', 'ours', 'of-somebody');
    expect(await sweepDeadKinds()).toEqual(['ours']);
    expect(engine.hasContainer('left')).toBe(false);
    expect(engine.hasContainer('decoy')).toBe(true);
  });

  it('is not the cluster that took the name of one that ran; that one is said to be gone', async () => {
    const running: KindRecord = { ...RECORD, phase: 'running' };
    write(running);
    engine.addContainer('decoy', 'ours', 'of-somebody');
    expect((await kindStatus(running)).phase).toBe('gone');
    expect(await removeKind(running)).toBe(0);
    expect(engine.hasContainer('decoy')).toBe(true);
  });

  it('is asked of the engine that made it, whatever leads elsewhere now', async () => {
    write({ ...RECORD, phase: 'running' });
    engine.addContainer('left', 'ours', RECORD.mark);
    Object.assign(process.env, { DOCKER_CONTEXT: 'elsewhere', DOCKER_HOST: 'tcp://198.18.0.1:2375' });
    expect(await removeKind({ ...RECORD, phase: 'running' })).toBe(1);
    expect(engine.calls.length).toBeGreaterThan(2);
    expect(engine.calls.filter((call) => !call.endsWith(`@${HOST}`))).toEqual([]);
  });

  it('stays for later where its engine does not answer now', async () => {
    write(RECORD);
    engine.answer('docker', { 'ps\\ *': 'exit 1' });
    expect(await sweepDeadKinds()).toEqual([]);
    expect(existsSync(join(engine.folder, 'state/kind/ours'))).toBe(true);
  });

  it('are the volumes that kind makes by itself on Podman, too', async () => {
    const podman = { ...RECORD, phase: 'running', engine: { command: 'podman', environment: {} } } as const;
    const inspected = `{"Id":"left","Name":"ours-control-plane","State":{"Pid":1},"Config":{"Labels":{},"Image":""},
      "NetworkSettings":{"Networks":{}},"Mounts":[{"Type":"bind","Destination":"/kind/drainbench-our-mark"},
      {"Type":"volume","Name":"its-var","Destination":"/var"}]}`;
    engine.answer('podman', {
      'ps\\ *': 'echo left',
      'inspect\\ left': `cat <<'END'\n[${inspected}]\nEND`,
      'rm\\ --force\\ --volumes\\ left': 'true',
      'volume\\ rm\\ --force\\ its-var': 'true',
    });
    expect(await removeKind(podman)).toBe(1);
    expect(engine.calls.at(-1)).toContain('podman volume rm --force its-var');
  });
});
