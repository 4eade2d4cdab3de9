import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendFile, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ContainerCgroup } from '../../../src/observe/container-log/container-cgroup.ts';
import type { FollowedContainer } from '../../../src/observe/container-log/followed-container.ts';
import { keepContainerLog } from '../../../src/observe/container-log/keep-container-log.ts';
import { recordingContext } from './dataplane-recording-context.ts';

let folder: string;
let nodeFile: string;
let container: FollowedContainer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-log-'));
  nodeFile = join(folder, '0.log');
  container = {
    ...{ namespace: 'ns', pod: 'web-1', podUid: 'u', name: 'app', restarts: 0, nodeFile },
    file: join(folder, 'kept'),
    cgroup: Promise.resolve(null),
    ...{ over: false, exited: false, superseded: false },
  };
});
afterEach(() => rm(folder, { recursive: true }));

const cri = (text: string, tag = 'F') => `2026-01-02T03:04:05.1Z stdout ${tag} ${text}\n`;
const write = (...texts: string[]) => appendFile(nodeFile, texts.map((text) => cri(text)).join(''));
const kept = () => readFile(container.file, 'utf8').catch(() => '');
const stamp = (name: string) =>
  JSON.stringify({ drainbench: 'stamp', stamp: name, pod: 'web-1', wallMs: 1, monoNs: '2' });

/** Keeps the log, as a run does; `stop` ends that as the end of a run does. */
function keep(api = new KubeConfig()) {
  const { context, events, runStartNs } = recordingContext();
  const clock = { runStartNs, bootId: '', runStartWallMs: 0, podBootIds: new Map<string, string>() };
  const stopping = new AbortController();
  const done = keepContainerLog(api, container, clock, context, stopping.signal);
  const stop = () => {
    stopping.abort();
    return done;
  };
  const told = () =>
    events.map((event) => {
      if (event.type === 'observation-gap') return `gap: ${event.reason}`;
      if (event.type === 'note') return `note: ${event.message}`;
      if (event.type === 'app-stamp') return event.stamp;
      return event.type === 'container-log' ? event.stage : event.type;
    });
  return { done, stop, told };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}
const untilKept = (text: string) => until(async () => (await kept()).endsWith(`${text}\n`));

/** An API server that gives this as every container's log, once it may. */
async function apiWith(log: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(log);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeConfig = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  kubeConfig.loadFromClusterAndUser(
    { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'u' },
  );
  return { kubeConfig, asked, close: () => server.close() };
}

describe('a log that never ends', () => {
  it('is kept up to its bounds, in flat memory, and what is left out is said; stamps are read all the same', async () => {
    const megabyte = cri('x'.repeat(1013)).repeat(1000);
    const file = await open(nodeFile, 'a');
    for (let written = 0; written < 20; written++) await file.write(megabyte);
    await file.write(
      `${cri('y'.repeat(16_384), 'P').repeat(6)}${cri('end of a long line')}${cri(stamp('started'))}`,
    );
    await file.close();
    const before = process.memoryUsage.rss();
    const { done, told } = keep();
    await until(() => Promise.resolve(told().includes('started')));
    container.over = container.exited = true;
    await done;
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
    const lines = (await kept()).trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(64 * 1024);
    expect(told().filter((what) => what.startsWith('note'))).toEqual([
      'note: app in web-1 writes more than 16 MiB a second: its log is read no faster, and what the kubelet removes meanwhile is missing',
      'note: app in web-1 wrote 1 line of more than 64 KiB: the rest of each is not kept',
    ]);
  });
});

describe('a log that is read on its node', () => {
  it('is kept without what the runtime adds, as it grows, until its container has ended', async () => {
    await write('one');
    const { done, told } = keep();
    await untilKept('one');
    await write(stamp('started'), 'two');
    await appendFile(nodeFile, cri('th', 'P') + cri('re', 'P').slice(0, 30));
    await untilKept('two');
    await appendFile(nodeFile, cri('re', 'P').slice(30) + cri('e') + cri('cut by a kill', 'P'));
    await untilKept('three');
    container.exited = container.over = true;
    await done;
    expect(await kept()).toBe(`one\n${stamp('started')}\ntwo\nthree\ncut by a kill\n`);
    expect(told()).toEqual(['started', 'ended']);
  });

  it('is read from the moment when it is there', async () => {
    const { done, told } = keep();
    await sleep(300);
    await write('late');
    await untilKept('late');
    container.exited = container.over = true;
    await done;
    expect(told()).toEqual(['ended']);
  });

  it('is read on after its Pod and its name are gone, to the last line that the container writes', async () => {
    const runtime = await open(nodeFile, 'a');
    await runtime.write(cri('one'));
    const { done, told } = keep();
    await untilKept('one');
    container.over = true;
    await sleep(500);
    await runtime.write(cri('lives on'));
    await untilKept('lives on');
    expect(told()).toEqual([]);
    await runtime.write(cri('last'));
    await rm(nodeFile);
    await done;
    await runtime.close();
    expect(await kept()).toBe('one\nlives on\nlast\n');
    expect(told()).toEqual(['ended']);
  });

  it('is read on after its Pod is gone until its cgroup is', async () => {
    const cgroup = join(folder, 'cgroup');
    await mkdir(cgroup);
    container = { ...container, cgroup: Promise.resolve(new ContainerCgroup(cgroup)) };
    await write('one');
    const { done, told } = keep();
    container.over = true;
    await sleep(500);
    await write('two');
    await untilKept('two');
    expect(told()).toEqual([]);
    await rm(cgroup, { recursive: true });
    await done;
    expect(told()).toEqual(['ended']);
  });

  it('is one log across rotations, each line once, also those that came late to the old file', async () => {
    const expected: string[] = [];
    const line = (file: Awaited<ReturnType<typeof open>>) => {
      expected.push(`line ${expected.length}`);
      return file.write(cri(expected.at(-1) ?? ''));
    };
    let runtime = await open(nodeFile, 'a');
    const { done, told } = keep();
    for (let rotation = 0; rotation < 2; rotation++) {
      for (let n = 0; n < 2000; n++) await line(runtime);
      const rotated = `${nodeFile}.20260102-03040${rotation}`;
      await rename(nodeFile, rotated);
      await line(runtime);
      const newer = await open(nodeFile, 'a');
      await line(runtime);
      await runtime.close();
      runtime = newer;
      await sleep(2000);
      await writeFile(`${rotated}.gz`, await promisify(gzip)(await readFile(rotated)));
      await rm(rotated);
    }
    await line(runtime);
    await runtime.close();
    container.exited = container.over = true;
    await done;
    const missed = told().filter((each) => each.startsWith('gap'));
    expect(missed).toEqual([]);
    expect((await kept()).trimEnd().split('\n')).toEqual(expected);
    expect(told()).toEqual(['ended']);
  });

  it('has a gap where a file of it was rotated away unread', async () => {
    await writeFile(`${nodeFile}.20260102-030405.gz`, '');
    await write('one');
    const { done, told } = keep();
    container.exited = container.over = true;
    await done;
    expect(told()).toEqual(['gap: 1 file of it was rotated away unread']);
  });

  it('is left at the end of a run with what is there by then: a gap where its container might have said more', async () => {
    await write('one');
    const { stop, told } = keep();
    await untilKept('one');
    await write('two');
    await stop();
    expect(await kept()).toBe('one\ntwo\n');
    expect(told()).toEqual([]);

    await rm(container.file);
    container.over = true;
    const force = keep();
    await untilKept('two');
    await force.stop();
    expect(force.told()).toEqual(['gap: its Pod was gone, but nothing showed that its container had ended']);
  });

  it('gives its stamps and is a gap where it cannot be written here', async () => {
    container = { ...container, file: join(folder, 'none', 'kept') };
    await write(stamp('started'));
    const { done, told } = keep();
    container.exited = container.over = true;
    await done;
    expect(told()).toEqual(['started', expect.stringMatching(/^gap: ENOENT/)]);
  });
});

describe('a log that cannot be read on its node', () => {
  it.each([
    ['is not there', () => Promise.resolve()],
    ['is no file', () => mkdir(nodeFile)],
    ['has another format', () => writeFile(nodeFile, '{"log":"one\\n","stream":"stdout"}\n')],
    ['was damaged after its first line', () => appendFile(nodeFile, `${cri('one')}\0\n`)],
  ])('because it %s is followed through the API, which is said', async (_, make) => {
    await make();
    container.exited = container.over = true;
    const api = await apiWith('one\ntwo\n');
    const { done, told } = keep(api.kubeConfig);
    await done;
    api.close();
    expect(await kept()).toBe('one\ntwo\n');
    expect(api.asked).toEqual(['/api/v1/namespaces/ns/pods/web-1/log?follow=true&container=app']);
    expect(told()).toEqual([
      expect.stringMatching(/^note: the log of app in web-1 is followed through the API: .*\(.+\)/),
      'ended',
    ]);
  });
});
