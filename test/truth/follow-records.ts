import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api } from '@kubernetes/client-node';

import { apiClient } from '../../src/cluster/kube/api-client.ts';
import type { DisruptionContext } from '../../src/disrupt/disruption-context.ts';
import { SCRIPTED_IMAGE } from './app-manifest.ts';
import { STRANGERS } from './stranger.ts';
import type { TruthLine } from './truth-line.ts';

const POLL_MS = 100;
const RETRY_MS = 20;
const CONNECT_TIMEOUT_MS = 1000;
/** See app/main.js and app/proxy.js. */
const RECORD_PORTS = { app: 8082, stranger: 8082, proxy: 8084 };

interface Followed {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
}

/**
 * Follows the records of all scripted servers of a trial, those that come later too, from their first line. A server
 * that ends is asked again: its container may start anew. Ends when `stopped` is aborted and the streams have ended.
 */
export async function followRecords(
  { kubeConfig, namespace }: DisruptionContext,
  runStartNs: number,
  tell: (line: TruthLine) => void,
  stopped: AbortSignal,
): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, stopped);
  const followed = new Map<string, Promise<void>>();
  while (!stopped.aborted) {
    const lists = await Promise.all(
      [namespace, STRANGERS].map((each) =>
        core.listNamespacedPod({ namespace: each }).catch(() => ({ items: [] })),
      ),
    );
    const items = lists.flatMap((list) => list.items);
    for (const { metadata, spec, status } of items) {
      const [name, ip] = [metadata?.name ?? '', status?.podIP];
      for (const { image, name: container } of spec?.containers ?? []) {
        const port = image === SCRIPTED_IMAGE ? portOf(container) : undefined;
        const key = `${name} ${container}`;
        if (ip === undefined || port === undefined || followed.has(key)) continue;
        followed.set(key, followOne({ name, ip, port }, runStartNs, tell, stopped));
      }
    }
    await sleep(POLL_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
  await Promise.all(followed.values());
}

function portOf(container: string): number | undefined {
  return container in RECORD_PORTS ? RECORD_PORTS[container as keyof typeof RECORD_PORTS] : undefined;
}

async function followOne(
  pod: Followed,
  runStartNs: number,
  tell: (line: TruthLine) => void,
  stopped: AbortSignal,
): Promise<void> {
  while (!stopped.aborted) {
    if ((await readStream(pod, runStartNs, tell, stopped)) === 'another') return;
    await sleep(RETRY_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** `another`: somebody else has the address now. */
async function readStream(
  { name, ip, port }: Followed,
  runStartNs: number,
  tell: (line: TruthLine) => void,
  signal: AbortSignal,
): Promise<'ended' | 'another'> {
  const socket = connect({ host: ip, port, signal });
  const gaveUp = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
  socket.once('connect', () => clearTimeout(gaveUp));
  let host: string | undefined;
  const lines = createInterface({ input: socket });
  lines.on('line', (text) => {
    const line = readLine(text);
    if (line === null) return;
    const { monoNs, ...rest } = line;
    if (rest.what === 'record-of') host = rest.host;
    else if (host === name) tell({ ...rest, atNs: Number(monoNs) - runStartNs, pod: name });
  });
  socket.on('error', () => undefined);
  lines.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  clearTimeout(gaveUp);
  lines.close();
  if (host === undefined) return 'ended';
  if (host !== name) return 'another';
  // By the kernel itself, whatever became of the process.
  tell({ atNs: Number(process.hrtime.bigint()) - runStartNs, pod: name, what: 'stream-ended' });
  return 'ended';
}

interface RecordLine {
  readonly monoNs: string;
  readonly what: string;
  readonly host?: string;
}

/** `null`: cut by the end of the server. */
function readLine(text: string): RecordLine | null {
  try {
    return JSON.parse(text) as RecordLine;
  } catch {
    return null;
  }
}
