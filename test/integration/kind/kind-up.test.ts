import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { renderError } from '../../../src/cli/render-error.ts';
import { bringUpKind } from '../../../src/cluster/kind/kind-up.ts';
import type { KindUpOptions } from '../../../src/cluster/kind/kind-up-options.ts';
import { ScriptedEngine } from '../../support/engine/scripted-engine.ts';

const LAUNCHER = new URL('../../../bin/drainbench', import.meta.url).pathname;
const UP = ['cluster', 'up', '--driver', 'kind', '--name', 'ours'];
const IS_ROOT = process.geteuid?.() === 0;
const ABSENT_IMAGE = { 'image\\ inspect\\ *': 'exit 1' };

let engine: ScriptedEngine;
beforeEach(() => {
  engine = new ScriptedEngine();
});
afterEach(() => {
  engine.release();
});

/** What `cluster up` would print and end with, without the half second that Node takes to start. */
async function up(
  env: Readonly<Record<string, string>> = {},
  proxyMode: KindUpOptions['proxyMode'] = 'nftables',
) {
  engine.enter(env);
  const told: string[] = [];
  try {
    await bringUpKind({
      name: 'ours',
      nodeCount: 2,
      proxyMode,
      nodeImage: null,
      lifetime: 'kept',
      signal: new AbortController().signal,
      onToolProgress: () => undefined,
      onNotice: (line) => told.push(line),
      onProgress: () => undefined,
    });
  } catch (error) {
    const { text, exitCode } = renderError(error);
    return { all: [...told, text].join('\n'), exitCode };
  }
  throw new Error('a scripted kind made a cluster');
}

const called = (pattern: RegExp) => engine.calls.filter((call) => pattern.test(call));
const remoteHost = { DOCKER_HOST: 'tcp://198.18.0.1:2375' };

/** Ended with that, before anything was pulled, run or made. */
function expectBeforeTheImage(all: string, ...texts: readonly string[]) {
  for (const text of texts) expect(all).toContain(text);
  expect(called(/^docker (pull|run|image)|^kind/)).toEqual([]);
}

/** Ended with that, before anything was made. */
function expectBeforeKind(all: string, ...texts: readonly string[]) {
  for (const text of texts) expect(all).toContain(text);
  expect(called(/^kind create/)).toEqual([]);
  expect(existsSync(join(engine.folder, 'state/kind/ours'))).toBe(false);
}

describe('before an image is pulled, kind cluster up finds', () => {
  it('that there is no engine', async () => {
    engine.removeCommand('docker');
    expectBeforeTheImage((await up()).all, '[engine-missing]', 'no docker, no podman', '--driver embedded');
  });

  it("that docker is Podman's, as kind does, and that there is no podman either", async () => {
    engine.answer('docker', { '-v': 'echo podman version 5.6.0' });
    expectBeforeTheImage((await up()).all, '[engine-missing]', 'a docker that says “podman version 5.6.0”');
  });

  it('that the engine it was told is one that it does not know', async () => {
    const { all } = await up({ KIND_EXPERIMENTAL_PROVIDER: 'nerdctl' });
    expectBeforeTheImage(all, '[engine-not-supported]', 'nerdctl');
  });

  it('that the engine does not answer, and how to be let in', async () => {
    engine.answer('docker', { 'info\\ *': 'echo "permission denied while trying to connect" >&2; exit 1' });
    expectBeforeTheImage((await up()).all, '[engine-not-answering]', 'usermod -aG docker');
  });

  it('that somebody else has a cluster of this name', async () => {
    engine.addContainer('theirs', 'ours', 'of-somebody');
    const { all, exitCode } = await up();
    expectBeforeTheImage(all, '[kind-not-ours]', '--driver kind --cluster ours');
    expect(exitCode).toBe(64);
    expect(engine.hasContainer('theirs')).toBe(true);
  });

  it.runIf(IS_ROOT).each(['max_user_instances', 'max_user_watches'])(
    'that the limit of inotify is too low: %s',
    async (limit) => {
      const lower = `echo 100 >"$0/low" && mount --bind "$0/low" /proc/sys/fs/inotify/${limit} && exec "$@"`;
      const env = { ...engine.environment, PATH: `${engine.environment.PATH}:/usr/bin:/bin` };
      const inside = ['--mount', 'sh', '-c', lower, engine.folder, LAUNCHER, ...UP];
      const { all } = await execa('unshare', inside, { reject: false, all: true, env });
      expectBeforeTheImage(all, '[inotify-too-low]', 'found: 100', `sysctl -w fs.inotify.${limit}=`);
    },
  );

  it('that there is no space for the nodes, with a way to look that destroys nothing', async () => {
    engine.answer('docker', {
      'info\\ *': `echo '{"ServerVersion":"28.2.2","CgroupVersion":"2","DockerRootDir":"/proc"}'`,
    });
    const { all } = await up();
    expectBeforeTheImage(all, '[engine-disk-full]', '3 GiB free in /proc', '0.0 GiB', 'docker system df');
    expect(all).not.toContain('prune');
  });

  it('that a port is taken on which another machine’s NodePorts are to be published', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = String((server.address() as AddressInfo).port);
    try {
      const { all } = await up({ ...remoteHost, DRAINBENCH_KIND_NODE_PORTS: port });
      expectBeforeTheImage(all, '[port-taken]', `port ${port} on 127.0.0.1`, 'DRAINBENCH_KIND_NODE_PORTS');
    } finally {
      server.close();
    }
  });

  it.skipIf(existsSync('/proc/net/ip_vs'))('that the kernel has no IPVS', async () => {
    engine.answer('modprobe', { '*': 'exit 1' });
    const { all } = await up({}, 'ipvs');
    expectBeforeTheImage(all, '[ipvs-missing]', 'causes of failures are less sure');
  });
});

describe('before kind is started, kind cluster up finds', () => {
  it('that the node image can be neither found nor pulled', async () => {
    engine.answer('docker', { ...ABSENT_IMAGE, 'pull\\ *': 'echo no route to host >&2; exit 1' });
    expectBeforeKind((await up()).all, '[node-image-unavailable]', 'no route to host', 'build-node-image');
  });

  it.each([
    ['apply caps: operation not permitted', 'use a newer engine'],
    ['rootless: no such device', 'an engine that runs as root'],
  ])('that the engine starts no privileged container: %s', async (said, advice) => {
    engine.answer('docker', { 'run\\ *': `echo 'docker: ${said}' >&2; exit 125` });
    expectBeforeKind((await up()).all, '[engine-not-privileged]', said, advice);
  });

  it.each([
    'cat: /kind/version: No such file or directory',
    'exec: "cat": executable file not found in $PATH',
  ])('that the image is none of kind’s: %s', async (said) => {
    engine.answer('docker', { 'run\\ *': `echo '${said}' >&2; exit 1` });
    expectBeforeKind((await up()).all, '[node-image-unusable]', 'kindest/node:TAG');
  });
});

describe('a creation that fails', () => {
  it('says what kind said, keeps the nodes’ logs and nothing else, and removes what carries its mark only', async () => {
    engine.addContainer('theirs', 'other', 'of-somebody');
    const { all, exitCode } = await up();
    expect(exitCode).toBe(69);
    expect(all).toContain('[kind-failed]');
    expect(all).toContain('the kubelet is not healthy');
    const logs = /the nodes' logs are in (\S+)/.exec(all)?.[1] ?? '';
    expect(readFileSync(join(logs, 'kubelet.log'), 'utf8')).toBe('said\n');
    expect(engine.hasContainer('made')).toBe(false);
    expect(engine.hasContainer('theirs')).toBe(true);
    expect(existsSync(join(engine.folder, 'state/kind/ours'))).toBe(false);
  });

  it('leaves a cluster alone that somebody made in the moment before', async () => {
    const { 'create\\ cluster\\ *': create } = {
      'create\\ cluster\\ *': `sed 's/ID/theirs/; s/MARK/of-somebody/; s/NAME/ours/g' "$S/container.json" >"$S/containers/theirs"
        echo 'ERROR: node(s) already exist for a cluster with the name "ours"' >&2; exit 1`,
    };
    engine.answer('kind', { 'create\\ cluster\\ *': create });
    const { all } = await up();
    expect(all).toContain('already exist for a cluster with the name');
    expect(engine.hasContainer('theirs')).toBe(true);
    expect(called(/^docker rm|^kind (delete|export)/)).toEqual([]);
  });

  it('had an audit log that belongs to this process, whoever writes it', async () => {
    await up();
    expect(engine.read('audit')).toMatch(/^-rw------- .* audit\.log$/m);
  });
});

describe('which machine the engine is on', () => {
  const config = () => parse(engine.read('config.yaml')) as { nodes: Record<string, unknown>[] };

  it('is this one where its containers run on this kernel: files are mounted, nothing is published', async () => {
    await up(remoteHost);
    expect(JSON.stringify(config())).toContain('audit');
    expect(JSON.stringify(config())).not.toContain('extraPortMappings');
  });

  it('is another one where they do not, although its socket is here', async () => {
    engine.answer('docker', { 'run\\ *': 'echo 00000000-0000-0000-0000-000000000000; echo v1.37.1' });
    await up();
    expect(JSON.stringify(config())).not.toContain('audit');
    expect(config().nodes[1]).toHaveProperty('extraPortMappings');
  });

  it('is decided once, by the current context, whatever is switched to in between', async () => {
    const [first, second] = ['tcp://198.18.0.1:2375', 'tcp://198.18.0.2:2375'];
    engine.answer('docker', {
      'context\\ inspect': `echo '[{"Name":"a","Endpoints":{"docker":{"Host":"${first}"}}}]'`,
      'info\\ *': `${USUAL_INFO}\nsed -i 's|${first}|${second}|' "$0"`,
    });
    await up();
    const asked = called(/^(docker (info|ps|run|inspect|rm)|kind create)/);
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.filter((call) => !call.endsWith(`@${first}`))).toEqual([]);
  });

  it('stays known by the name of the context where that has keys of its own', async () => {
    engine.answer('docker', {
      'context\\ inspect': `echo '[{"Name":"a","Endpoints":{"docker":{"Host":"${remoteHost.DOCKER_HOST}"}},"TLSMaterial":{"docker":["key.pem"]}}]'`,
    });
    await up();
    expect(called(/^docker info/).join()).toMatch(/@ in context a$/);
  });
});

const USUAL_INFO = `echo '{"ServerVersion":"28.2.2","CgroupVersion":"2","DockerRootDir":"/nowhere"}'`;
