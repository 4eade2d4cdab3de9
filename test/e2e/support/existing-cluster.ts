import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

import { boxPaths } from '../../../src/cluster/embedded/box-paths.ts';
import { kubectl } from './drainbench.ts';
import { eventually } from './eventually.ts';

/** Writes a kubeconfig with one context, `tenant`, for a ServiceAccount of a box. */
export async function tenantKubeconfig(
  box: string,
  path: string,
  account: string,
  namespace: string,
): Promise<void> {
  const token = await kubectl(box, 'create', 'token', account, '-n', namespace, '--duration', '2h');
  const admin = parse(readFileSync(boxPaths(box).kubeconfig, 'utf8')) as { clusters: { name: string }[] };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: admin.clusters,
    users: [{ name: 'tenant', user: { token } }],
    contexts: [{ name: 'tenant', context: { cluster: admin.clusters[0]?.name, user: 'tenant' } }],
  };
  writeFileSync(path, stringify(config), { mode: 0o600 });
}

/** `kubectl apply` of a text as a box's administrator. */
export async function applyYaml(box: string, yaml: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-apply-'));
  try {
    writeFileSync(join(folder, 'objects.yaml'), yaml);
    await kubectl(box, 'apply', '-f', join(folder, 'objects.yaml'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface AuditedWrite {
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
  readonly at: string;
}

/** Who a tenant's kubeconfig and a box's own one are to its API server. */
export const TENANT = 'system:serviceaccount:team:drainbench';
export const ADMIN = 'drainbench-admin';

/**
 * Everything that a user asked a box's API server to change since a moment of its audit log, with whatever client. Only
 * asking what one may do is no change, although its verb is `create`: such a review is answered, and never stored.
 */
export function auditedWrites(box: string, fromByte: number, user: string): AuditedWrite[] {
  return auditLines(box, fromByte)
    .filter((line) => line.user?.username === user && !READS.has(line.verb) && !isReview(line))
    .map(({ verb, objectRef, requestReceivedTimestamp }) => ({
      verb,
      resource: objectRef?.resource ?? '',
      name: objectRef?.name ?? '',
      at: requestReceivedTimestamp,
    }));
}

/** How often a user asked a box's API server what it may do, since a moment of its audit log. */
export function auditedReviews(box: string, fromByte: number, user: string): number {
  return auditLines(box, fromByte).filter((line) => line.user?.username === user && isReview(line)).length;
}

/** The Pods of a box in which anybody asked for a program to be run. */
export function auditedExecs(box: string): string[] {
  return auditLines(box, 0)
    .filter(({ objectRef }) => objectRef?.subresource === 'exec')
    .map(({ objectRef }) => objectRef?.name ?? '');
}

function auditLines(box: string, fromByte: number): AuditLine[] {
  return readFileSync(boxPaths(box).auditLog)
    .subarray(fromByte)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as AuditLine);
}

/** Where a box's audit log ends now. */
export function auditEnd(box: string): number {
  return statSync(boxPaths(box).auditLog).size;
}

/** Returns when everything that a box's API server has answered until now is in its audit log. */
export async function auditCaughtUp(box: string): Promise<void> {
  const mark = `mark-${randomUUID()}`;
  await kubectl(box, 'get', 'configmap', mark, '--ignore-not-found');
  await eventually(() => {
    if (!readFileSync(boxPaths(box).auditLog, 'utf8').includes(mark)) throw new Error('not there yet');
  });
}

interface AuditLine {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
    readonly apiGroup?: string;
  };
}

/** Whatever else there is, or will be, counts as a write. */
const READS = new Set(['get', 'list', 'watch']);
const REVIEWS = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'];

function isReview({ verb, objectRef }: AuditLine): boolean {
  return (
    verb === 'create' &&
    objectRef?.apiGroup === 'authorization.k8s.io' &&
    REVIEWS.includes(objectRef.resource ?? '')
  );
}
