import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api } from '@kubernetes/client-node';

import { apiClient } from '../../src/cluster/kube/api-client.ts';
import type { DisruptionContext } from '../../src/disrupt/disruption-context.ts';
import type { TruthLine } from './truth-line.ts';

const POLL_MS = 100;
const RETRY_MS = 20;
const CONNECT_TIMEOUT_MS = 1000;
/** See app/record.js. */
const RECORD_PORT = 8082;

interface Followed {
  readonly name: string;
  readonly ip: string;
}

/**
 * Follows the records of all scripted servers of a trial, those that come later too, from their first line. A server
 * that ends is asked again: its container may start anew. Ends when `stopped` is aborted and the streams have ended.
 */
export async function followRecords(
  { kubeConfig, namespace, selector }: DisruptionContext,
  runStartNs: number,
  tell: (line: TruthLine) => void,
  stopped: AbortSignal,
): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, stopped);
  const followed = new Map<string, Promise<void>>();
  while (!stopped.aborted) {
    const { items } = await core
      .listNamespacedPod({ namespace, labelSelector: selector })
      .catch(() => ({ items: [] }));
    for (const { metadata, status } of items) {
      const [name, ip] = [metadata?.name ?? '', status?.podIP];
      if (ip === undefined || followed.has(name)) continue;
      followed.set(name, followOne({ name, ip }, runStartNs, tell, stopped));
    }
    await sleep(POLL_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
  await Promise.all(followed.values());
}

async function followOne(
  pod: Followed,
  runStartNs: number,
  tell: (line: TruthLine) => void,
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    await readStream(pod, runStartNs, tell, stopped);
    await sleep(RETRY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

async function readStream(
  { name, ip }: Followed,
  runStartNs: number,
  tell: (line: TruthLine) => void,
  signal: AbortSignal,
): Promise<void> {
  const socket = connect({ host: ip, port: RECORD_PORT, signal });
  const gaveUp = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
  socket.once('connect', () => clearTimeout(gaveUp));
  const lines = createInterface({ input: socket });
  lines.on('line', (text) => {
    const line = readLine(text);
    if (line !== null) tell({ ...line.rest, atNs: Number(line.monoNs) - runStartNs, pod: name });
  });
  socket.on('error', () => undefined);
  lines.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  lines.close();
}

/** `null`: cut by the end of the server. */
function readLine(
  text: string,
): { readonly monoNs: string; readonly rest: { readonly what: string } } | null {
  try {
    const { monoNs, ...rest } = JSON.parse(text) as { readonly monoNs: string; readonly what: string };
    return { monoNs, rest };
  } catch {
    return null;
  }
}
