import { readFile } from 'node:fs/promises';
import type { KubeObject } from './kube-object.ts';
import { LineCounter, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

const objectSchema = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({ name: z.string().min(1) }),
});
const listSchema = z.looseObject({ kind: z.literal('List'), items: z.array(z.unknown()) });

/**
 * Reads the objects of a Kubernetes manifest: one or more YAML documents, `List`s taken apart, empty documents
 * skipped, as `kubectl apply` does.
 *
 * @throws DrainbenchError `manifest-invalid` (exit code 64) with file, line and column.
 */
export async function readManifest(path: string): Promise<KubeObject[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw invalid(path, cause instanceof Error ? cause.message : String(cause), cause);
  });
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false })];
  return documents.flatMap((document) => {
    const at = (offset: number) => `${path}:${lines.linePos(offset).line}:${lines.linePos(offset).col}`;
    const [error] = document.errors;
    if (error) throw invalid(at(error.pos[0]), error.message);
    return objectsOf(document.toJS() as unknown, at(document.range[0]));
  });
}

function objectsOf(value: unknown, place: string): KubeObject[] {
  if (value === null || value === undefined) return [];
  const list = listSchema.safeParse(value);
  if (list.success) return list.data.items.flatMap((item) => objectsOf(item, place));
  const object = objectSchema.safeParse(value);
  if (object.success) return [object.data];
  const [issue] = object.error.issues;
  throw invalid(place, `not a Kubernetes object: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function invalid(place: string, what: string, cause?: unknown): DrainbenchError {
  return new DrainbenchError({
    code: 'manifest-invalid',
    message: `${place}: ${what}`,
    expected: 'YAML documents with apiVersion, kind and metadata.name',
    fix: 'kubectl apply --dry-run=client -f FILE  shows whether kubectl can read it',
    exitCode: EXIT.usage,
    ...(cause !== undefined && { cause }),
  });
}
