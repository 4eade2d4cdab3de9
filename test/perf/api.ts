// What a run asks of an API server that is others', too: node test/perf/api.ts [Pods of others]   (as root, with the tools
// built). A box with 5,000 Pods in the very namespace that the run is given, and a proxy before it that counts. Prints
// requests a second and what they cost the API server; exit code 1 when the lists that watches are held against come
// once a second or more. Bounded: about three minutes.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api } from '@kubernetes/client-node';

import { boxPaths } from '../../src/cluster/embedded/box-paths.ts';
import { requireBox } from '../../src/cluster/embedded/box-store.ts';
import { apiClient } from '../../src/cluster/kube/api-client.ts';
import { loadKubeConfig } from '../../src/cluster/kube/load-kube-config.ts';
import type { Namespace, Pod } from '../../src/workload/kube-object.ts';
import { drainbench } from '../e2e/support/drainbench.ts';
import { FaultProxy } from '../e2e/support/fault-proxy.ts';
import { sampleImage } from '../e2e/support/sample-image.ts';

const OTHERS = Number(process.argv[2] ?? 5000);
const AT_A_TIME = 50;
const BOX = `perf-api-${process.pid}`;
const NAMESPACE = 'team';
const SCENARIO = new URL('../nightly/short.yaml', import.meta.url).pathname;
const LIMIT_PER_SECOND = 1;
/** Of `/proc/PID/stat`: USER_HZ of every Linux that there is. */
const TICKS_PER_SECOND = 100;

const { signal } = new AbortController();
const folder = await mkdtemp(join(tmpdir(), 'drainbench-perf-api-'));
try {
  await done(['cluster', 'up', BOX, '--nodes', '1']);
  await done(['cluster', 'load-image', await sampleImage(), '--name', BOX]);
  await makeOthers();
  await measure();
} finally {
  await drainbench(['cluster', 'down', BOX]);
  await rm(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const idle = await cpuDuring(() => sleep(10_000));
  const proxy = await FaultProxy.start(boxPaths(BOX).kubeconfig, join(folder, 'kubeconfig'));
  const options = ['--context', `drainbench-${BOX}`, '--namespace', NAMESPACE, '--reports', folder];
  const startedAt = performance.now();
  const run = await cpuDuring(async () => {
    const { exitCode, all } = await drainbench(['run', SCENARIO, ...options], {
      KUBECONFIG: proxy.kubeconfigPath,
    });
    if (![0, 1, 2, 3].includes(exitCode ?? -1)) throw new Error(all);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const perSecond = (count: number) => count / seconds;
  const inAll = perSecond(proxy.seen.length);
  const lists = perSecond(
    proxy.seen.filter(({ path, accept = '' }) => path.includes(`/namespaces/${NAMESPACE}/`) && accept.includes('PartialObjectMetadata')).length, // prettier-ignore
  );
  await proxy.close();
  process.stdout.write(
    [
      `API server with ${OTHERS} Pods of others in the namespace of a run of ${seconds.toFixed(0)} s:`,
      `  requests             ${inAll.toFixed(2)} a second`,
      `  lists for watches    ${lists.toFixed(2)} a second (limit ${LIMIT_PER_SECOND})`,
      `  its CPU              ${run.toFixed(2)} of a core (idle ${idle.toFixed(2)})`,
      '',
    ].join('\n'),
  );
  if (lists >= LIMIT_PER_SECOND) process.exitCode = 1;
}

/** Pods that no scheduler looks at, and no node runs. */
async function makeOthers(): Promise<void> {
  const core = apiClient(loadKubeConfig(boxPaths(BOX).kubeconfig), CoreV1Api, signal);
  const namespace: Namespace = { metadata: { name: NAMESPACE } };
  await core.createNamespace({ body: namespace });
  const spec: Pod['spec'] = {
    schedulingGates: [{ name: 'drainbench.dev/never' }],
    containers: [{ name: 'none', image: 'none' }],
  };
  for (let made = 0; made < OTHERS; made += AT_A_TIME) {
    const pods = Array.from({ length: Math.min(AT_A_TIME, OTHERS - made) }, (_, index): Pod => ({
      metadata: { name: `other-${made + index}` },
      spec,
    }));
    await Promise.all(pods.map((body) => core.createNamespacedPod({ namespace: NAMESPACE, body })));
  }
}

/** Cores that the API server took on average while this was done. */
async function cpuDuring(deed: () => Promise<unknown>): Promise<number> {
  const { processes = {} } = await requireBox(BOX);
  const pid = processes['kube-apiserver']?.pid ?? 0;
  const ticks = async () => {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const [before, startedAt] = [await ticks(), performance.now()];
  await deed();
  return ((await ticks()) - before) / TICKS_PER_SECOND / ((performance.now() - startedAt) / 1000);
}

async function done(args: readonly string[]): Promise<void> {
  const { exitCode, all } = await drainbench(args);
  if (exitCode !== 0) throw new Error(all);
}
