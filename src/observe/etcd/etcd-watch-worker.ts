import { readFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';

import { splitLines } from '../split-lines.ts';
import type { EtcdWatchMessage } from './etcd-watch-messages.ts';

/**
 * A process of its own, because etcd listens in another network namespace: watches prefixes for deletes by etcd's JSON
 * gateway and writes each to standard output. Arguments: URL, CA, certificate, key (PEM files), prefixes. Ends with an
 * error as soon as one of the watches does.
 */
const [url = '', caPath = '', certificatePath = '', keyPath = '', ...prefixes] = process.argv.slice(2);
const credentials = {
  ca: readFileSync(caPath),
  cert: readFileSync(certificatePath),
  key: readFileSync(keyPath),
};
let created = 0;

await Promise.all(prefixes.map(watch)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});

async function watch(prefix: string): Promise<void> {
  const body = await post('/v3/watch', {
    create_request: { key: base64(prefix), range_end: base64(after(prefix)), filters: ['NOPUT'] },
  });
  for await (const { text, complete } of splitLines(body, () => 0)) {
    const monoNs = process.hrtime.bigint();
    if (!complete) break;
    const { result, error } = JSON.parse(text) as WatchAnswer;
    if (result === undefined) throw new Error(error?.message ?? `etcd answered ${text.slice(0, 200)}`);
    if (result.created === true && ++created === prefixes.length) tell({ type: 'watching' });
    if (result.canceled === true) throw new Error(result.cancel_reason ?? 'etcd cancelled the watch');
    for (const { type, kv } of result.events ?? []) {
      if (type !== 'DELETE') continue;
      const key = Buffer.from(kv.key, 'base64').toString();
      tell({ type: 'gone', key, revision: kv.mod_revision, monoNs: String(monoNs) });
    }
  }
  throw new Error('etcd closed the watch');
}

/** mvccpb.Event and etcdserverpb.WatchResponse as the gateway writes them: int64 as text, bytes in base64. */
interface WatchAnswer {
  readonly result?: {
    readonly created?: boolean;
    readonly canceled?: boolean;
    readonly cancel_reason?: string;
    readonly events?: readonly {
      /** Left out for PUT. */
      readonly type?: 'DELETE';
      readonly kv: { readonly key: string; readonly mod_revision: string };
    }[];
  };
  readonly error?: { readonly message?: string };
}

function post(path: string, message: unknown): Promise<AsyncIterable<Buffer>> {
  const options: RequestOptions = { ...credentials, method: 'POST', agent: false };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), options, (response) => {
      if (response.statusCode === 200) resolve(response);
      else reject(new Error(`etcd answered ${response.statusCode ?? 0} to ${path}`));
    });
    sent.once('error', reject);
    // The gateway reads a stream of messages: it begins to watch after the first, and ends when the stream does.
    sent.write(`${JSON.stringify(message)}\n`);
  });
}

/** The end of the range of all keys with this prefix: etcd's convention. */
function after(prefix: string): string {
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function tell(message: EtcdWatchMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
