import { describe, expect, it } from 'vitest';

import { parseRuntimeLine } from '../../../src/observe/runtime-events-line.ts';

const ID = '15f15151bec0e2a5c349a9f394ed731b77629d8b718f1ed2e3e0517f482df6bb';

describe('a line of ctr events', () => {
  it('gives the exit of a container with the moment at which the shim saw it', () => {
    const line = parseRuntimeLine(
      `2026-11-21 09:06:29.101451014 +0000 UTC k8s.io /tasks/exit {"container_id":"${ID}","id":"${ID}","pid":43678,"exit_status":137,"exited_at":{"seconds":1795251989,"nanos":101399467}}`,
    );
    expect(line).toMatchObject({
      topic: '/tasks/exit',
      containerId: ID,
      execId: null,
      exitStatus: 137,
      pid: 43_678,
    });
    expect(line?.wallMs).toBeCloseTo(1_795_251_989_101.399, 2);
  });

  it('gives status 0, which containerd leaves out', () => {
    const line = parseRuntimeLine(
      `2026-11-21 09:06:28.887655524 +0000 UTC k8s.io /tasks/exit {"container_id":"${ID}","id":"${ID}","pid":43766,"exited_at":{"seconds":1795251988,"nanos":883638869}}`,
    );
    expect(line?.exitStatus).toBe(0);
  });

  it('tells the exit of a probe from that of its container', () => {
    const line = parseRuntimeLine(
      `2026-11-21 09:06:28.8 +0000 UTC k8s.io /tasks/exit {"container_id":"${ID}","id":"probe","pid":9,"exit_status":1,"exited_at":{"seconds":1795251988}}`,
    );
    expect(line).toMatchObject({
      containerId: ID,
      execId: 'probe',
      exitStatus: 1,
      wallMs: 1_795_251_988_000,
    });
  });

  it('gives the start of a further process', () => {
    const line = parseRuntimeLine(
      `2026-11-21 09:06:28.8 +0000 UTC k8s.io /tasks/exec-started {"container_id":"${ID}","exec_id":"probe","pid":9}`,
    );
    expect(line).toMatchObject({ containerId: ID, execId: 'probe', exitStatus: null });
  });

  it('gives the first process of a container, as the runtime numbers it', () => {
    for (const topic of ['/tasks/create', '/tasks/start', '/tasks/exit', '/tasks/delete']) {
      const line = parseRuntimeLine(
        `2026-11-21 09:06:28.8 +0000 UTC k8s.io ${topic} {"container_id":"${ID}","pid":44439}`,
      );
      expect(line).toMatchObject({ topic, containerId: ID, execId: null, pid: 44_439 });
    }
  });

  it('gives that a container ran out of memory, which is about no process', () => {
    const line = parseRuntimeLine(
      `2026-11-21 09:06:28.8 +0000 UTC k8s.io /tasks/oom {"container_id":"${ID}"}`,
    );
    expect(line).toMatchObject({ topic: '/tasks/oom', containerId: ID, execId: null, pid: null });
  });

  it('tells what was deleted: a further process by its id, the container by none', () => {
    const of = (id: string) =>
      parseRuntimeLine(
        `2026-11-21 09:06:28.8 +0000 UTC k8s.io /tasks/delete {"container_id":"${ID}","pid":9,"id":"${id}"}`,
      );
    expect(of('probe')).toMatchObject({ execId: 'probe', exitStatus: 0 });
    expect(of('')).toMatchObject({ execId: null });
  });

  it('gives the image of a new container', () => {
    const line = parseRuntimeLine(
      `2026-11-21 09:06:30.935531122 +0000 UTC k8s.io /containers/create {"id":"${ID}","image":"registry.k8s.io/pause:3.10","runtime":{"name":"io.containerd.runc.v2"}}`,
    );
    expect(line).toMatchObject({ containerId: ID, image: 'registry.k8s.io/pause:3.10' });
  });

  it.each([
    ['2026-11-21 09:06:31.281646668 +0000 UTC', 1_795_251_991_281.647],
    ['2026-11-21 10:06:31.28 +0100 CET', 1_795_251_991_280],
    ['2026-11-21 09:06:31 +0000 UTC', 1_795_251_991_000],
  ])('is timed in every form that Go prints: %s', (time, wallMs) => {
    const line = parseRuntimeLine(`${time} k8s.io /tasks/start {"container_id":"${ID}","pid":44439}`);
    expect(line?.wallMs).toBeCloseTo(wallMs, 2);
  });

  it('is null for a topic that is about no container', () => {
    expect(
      parseRuntimeLine(
        `2026-11-21 09:06:30.171337458 +0000 UTC k8s.io /snapshot/remove {"key":"${ID}","snapshotter":"overlayfs"}`,
      ),
    ).toBeNull();
  });

  it.each(['', 'ctr: failed to dial', `2026-11-21 09:06:30.1 +0000 UTC k8s.io /tasks/exit {"container_id":`])(
    'is undefined for what is no event: %j',
    (text) => {
      expect(parseRuntimeLine(text)).toBeUndefined();
    },
  );
});
