import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'undici';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import type { NetworkPlan } from './network-plan.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The few plain calls that bringing up a box needs, as its administrator; no discovery, so that it costs nothing. */
export interface BoxApi {
  get(path: string): Promise<ApiAnswer>;
  /** Creates an object; one that exists already is fine. */
  create(path: string, object: unknown): Promise<void>;
  close(): Promise<void>;
}

export async function connectBoxApi(pkiDirectory: string, network: NetworkPlan): Promise<BoxApi> {
  const pem = (name: string) => readFile(join(pkiDirectory, name), 'utf8');
  const [ca, cert, key] = await Promise.all([pem('ca.crt'), pem('admin.crt'), pem('admin.key')]);
  const client = new Client(`https://${network.controlPlane}:6443`, {
    connect: { ca, cert, key, timeout: 2000 },
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
  });
  const call = async (method: 'GET' | 'POST', path: string, object?: unknown): Promise<ApiAnswer> => {
    const answer = await client.request({
      method,
      path,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      ...(object === undefined ? {} : { body: JSON.stringify(object) }),
    });
    const text = await answer.body.text();
    const json = String(answer.headers['content-type']).includes('json');
    return { status: answer.statusCode, body: json ? JSON.parse(text) : text };
  };
  return {
    get: (path) => call('GET', path),
    create: async (path, object) => {
      const { status, body } = await call('POST', path, object);
      if (status < 300 || status === 409) return;
      throw new DrainbenchError({
        code: 'box-addon-refused',
        message: `the API server refused an object of the box itself (POST ${path}: HTTP ${status})`,
        detail: JSON.stringify(body),
      });
    },
    close: () => client.destroy(),
  };
}
