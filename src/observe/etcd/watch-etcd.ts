import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { EtcdSource } from '../../cluster/cluster.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { ObserveContext, Observer } from '../observer.ts';
import { startBoundProcess } from '../runtime-events-process.ts';
import { splitLines } from '../split-lines.ts';
import type { EtcdWatchMessage } from './etcd-watch-messages.ts';

/** From etcd's commit over its gateway to the worker: shorter than by a watch of the API, and as much at the mercy of the CPUs. */
const RECEIPT_UNCERTAINTY_NS = 50 * NS_PER_MS;
/** A watch that is not there by then will hardly come; the trial does not wait longer. */
const START_WITHIN_MS = 5000;

/**
 * Records when the records of a namespace's Pods and volume claims, and those of volumes, are gone from etcd itself.
 * Only deletes are asked for: values (Secrets are among etcd's) never reach us. Resolves when nothing from then on is
 * missed, or when it cannot be had. Never rejects: that is an `observation-gap` of the observer `etcd`.
 */
export async function watchEtcd(
  etcd: EtcdSource,
  namespace: string,
  context: ObserveContext,
  runStartNs: bigint,
): Promise<Observer> {
  const fromNs = context.nowNs();
  const prefixes = [
    `/registry/pods/${namespace}/`,
    `/registry/persistentvolumeclaims/${namespace}/`,
    '/registry/persistentvolumes/',
  ];
  const worker = fileURLToPath(new URL(`./etcd-watch-worker${extname(import.meta.url)}`, import.meta.url));
  const { url, caPath, certificatePath, keyPath } = etcd;
  const command = [process.execPath, worker, url, caPath, certificatePath, keyPath, ...prefixes];
  const watching = startBoundProcess(etcd.inItsNetwork(command));
  let lastNs = fromNs;
  let onWatching: () => void = () => undefined;
  const listens = new Promise<void>((resolve) => {
    onWatching = resolve;
  });
  const reading = read();
  reading.catch(() => undefined); // thrown by `stop`: it is the trial's trouble, and not the run's

  async function read(): Promise<void> {
    for await (const { text, complete, arrivedNs } of splitLines(watching.stdout, context.nowNs)) {
      if (!complete) break;
      lastNs = arrivedNs;
      const message = JSON.parse(text) as EtcdWatchMessage;
      if (message.type === 'watching') onWatching();
      else record(message);
    }
  }

  function record({ key, revision, monoNs }: Extract<EtcdWatchMessage, { type: 'gone' }>): void {
    const [, , resource = '', ...path] = key.split('/');
    context.record({
      type: 'record-gone',
      atNs: Number(BigInt(monoNs) - runStartNs),
      uncertaintyNs: RECEIPT_UNCERTAINTY_NS,
      source: 'etcd',
      resource,
      namespace: path.length > 1 ? (path[0] ?? null) : null,
      name: path.at(-1) ?? '',
      revision,
    });
  }

  const gap = (reason: string): void => {
    const toNs = context.nowNs();
    const about = { type: 'observation-gap', source: 'etcd', observer: 'etcd', uncertaintyNs: 0 } as const;
    context.record({ ...about, atNs: toNs, fromNs: lastNs, toNs, reason });
  };

  const late = new Promise<'late'>((resolve) => {
    setTimeout(() => resolve('late'), START_WITHIN_MS).unref();
  });
  const began = await Promise.race([listens, watching.ended, late]);
  return {
    stop: async () => {
      const { killed, reason } = await watching.stop();
      await reading;
      if (!killed) gap(reason);
      else if (began === 'late') gap('etcd did not begin to tell of deletes');
    },
  };
}
