import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { z } from 'zod';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { API_VERSION, KIND, PATH_SEGMENT } from '../model/kube-names.ts';
import { locateNode } from '../model/locate-node.ts';
import type { KubeObject } from './kube-object.ts';
import { refuseKustomization, refuseTemplate } from './refuse-template.ts';

/** Where something stands in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** An object of a manifest that knows where its fields stand. */
export interface LocatedObject {
  readonly object: KubeObject;
  /** The file's name, as it was given. */
  readonly file: string;
  /** Where the key at that path stands; of what is not there, the nearest that is. */
  readonly locate: (path: readonly PropertyKey[]) => Place;
}

const objectSchema = z.looseObject({
  apiVersion: z.string().regex(API_VERSION, 'is none that Kubernetes allows'),
  kind: z.string().regex(KIND, 'is none that Kubernetes allows'),
  metadata: z.looseObject({ name: z.string().regex(PATH_SEGMENT, 'is none that Kubernetes allows') }),
});
const listSchema = z.looseObject({ kind: z.literal('List'), items: z.array(z.unknown()) });

/**
 * The objects of a Kubernetes manifest: one or more YAML documents, `List`s taken apart, empty documents skipped, as
 * `kubectl apply` does.
 *
 * @param file the name that errors and places carry.
 * @throws DrainbenchError (exit code 64) `manifest-invalid` with file, line and column; `manifest-not-rendered` for
 * templates and kustomizations.
 */
export function parseManifest(text: string, file: string): LocatedObject[] {
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false })];
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  for (const document of documents) refuseTemplate(document, file, text, (offset) => placeOf(offset).line);
  return documents.flatMap((document) => {
    const at = (offset: number) => `${file}:${placeOf(offset).line}:${placeOf(offset).column}`;
    const [error] = document.errors;
    if (error) throw invalidManifest(at(error.pos[0]), error.message);
    const value = plain(document, at(document.range[0]));
    refuseKustomization(value, file);
    return objectsOf(value, at(document.range[0]), []).map(({ object, path }) => ({
      object,
      file,
      locate: (below: readonly PropertyKey[]) => placeOf(offsetOf(document, [...path, ...below])),
    }));
  });
}

function plain(document: Document, place: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases of aliases ("Excessive alias count") are expanded only now.
    throw invalidManifest(place, error instanceof Error ? error.message : String(error), error);
  }
}

/** Where the key stands; the value, where it is an item of a list, which has no key. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  return locateNode(document, path, 'key').start;
}

interface PlacedObject {
  readonly object: KubeObject;
  readonly path: readonly PropertyKey[];
}

function objectsOf(value: unknown, place: string, path: readonly PropertyKey[]): PlacedObject[] {
  if (value === null || value === undefined) return [];
  const list = listSchema.safeParse(value);
  if (list.success)
    return list.data.items.flatMap((item, index) => objectsOf(item, place, [...path, 'items', index]));
  const object = objectSchema.safeParse(value);
  if (object.success) return [{ object: object.data, path }];
  const [issue] = object.error.issues;
  throw invalidManifest(
    place,
    `not a Kubernetes object: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  );
}

export function invalidManifest(place: string, what: string, cause?: unknown): DrainbenchError {
  return new DrainbenchError({
    code: 'manifest-invalid',
    message: `${place}: ${what}`,
    expected: 'YAML documents with apiVersion, kind and metadata.name',
    fix: 'kubectl apply --dry-run=client -f FILE  shows whether kubectl can read it',
    exitCode: EXIT.usage,
    ...(cause !== undefined && { cause }),
  });
}
