import { isMap, isScalar, visit, type Document } from 'yaml';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

/** A template's own lines and values, which no Kubernetes object has outside of a text block. */
const ACTION = /\{\{-?\s*(if|else|end|range|with|include|define|template|toYaml)\b|\{\{-?\s*(\/\*|[.$])/;

/**
 * Refuses a document that is still a template of Helm or the like. Texts that an object carries (a ConfigMap's data, an
 * annotation) may hold such braces, and are left alone.
 *
 * @param lineAt the line of an offset.
 * @throws DrainbenchError `manifest-not-rendered` (exit code 64) with the line.
 */
export function refuseTemplate(
  document: Document.Parsed,
  file: string,
  text: string,
  lineAt: (offset: number) => number,
): void {
  const offset = templateAt(document) ?? brokenTemplateAt(document, text, lineAt);
  if (offset !== null)
    throw notRendered(`${file}:${lineAt(offset)}`, 'holds a template that is not rendered');
}

/** @throws DrainbenchError `manifest-not-rendered` (exit code 64) for the list of files that `kubectl kustomize` reads. */
export function refuseKustomization(value: unknown, file: string): void {
  if (typeof value !== 'object' || value === null) return;
  const { kind, apiVersion, metadata } = value as Readonly<Record<string, unknown>>;
  const isNamed = typeof apiVersion === 'string' && apiVersion.startsWith('kustomize.config.k8s.io/');
  // A kustomization.yaml may leave out both kind and apiVersion.
  const isBare = kind === undefined && metadata === undefined && ('resources' in value || 'bases' in value);
  if (isNamed || kind === 'Kustomization' || isBare) throw notRendered(file, 'is a kustomization');
}

export function notRendered(place: string, what: string): DrainbenchError {
  return new DrainbenchError({
    code: 'manifest-not-rendered',
    message: `${place} ${what}`,
    expected: 'a file with the objects as the cluster gets them',
    fix: 'render it first: `helm template CHART > rendered.yaml` or `kubectl kustomize FOLDER > rendered.yaml`; `drainbench check -` reads them from a pipe',
    exitCode: EXIT.usage,
  });
}

/** Where a value is a template: `{{ .Values.x }}` reads as a map whose key is a map; in quotes it is a text. */
function templateAt(document: Document.Parsed): number | null {
  const apiVersion: unknown = isMap(document.contents) ? document.contents.get('apiVersion') : undefined;
  // Objects of others' kinds may carry templates for their own controllers.
  const isOwn = typeof apiVersion === 'string' && OWN_GROUPS.test(apiVersion);
  let found: number | null = null;
  visit(document, {
    Pair(_, { key, value }) {
      // Texts for others: whatever is in them, it is no part of the object's own shape.
      if (isScalar(key) && LEFT_ALONE.has(String(key.value))) return visit.SKIP;
      const isText = isOwn && isScalar(value) && typeof value.value === 'string' && ACTION.test(value.value);
      if (!isText) return undefined;
      found ??= value.range?.[0] ?? 0;
      return visit.BREAK;
    },
    Map(_, map) {
      const first = map.items[0]?.key;
      if (map.flow !== true || !isMap(first) || first.flow !== true) return undefined;
      found ??= map.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}

const OWN_GROUPS = /^(v1|(apps|batch|policy|autoscaling)\/\w+)$/;

const LEFT_ALONE: ReadonlySet<string> = new Set([
  ...['annotations', 'data', 'stringData', 'binaryData', 'args', 'command', 'env'],
]);

/** Where YAML itself stumbles over a template, as over `{{- if … }}` on a line of its own: there or just before. */
function brokenTemplateAt(
  document: Document.Parsed,
  text: string,
  lineAt: (offset: number) => number,
): number | null {
  const [error] = document.errors;
  if (error === undefined) return null;
  const line = lineAt(error.pos[0]);
  const lines = text.split('\n');
  const at = lines.findIndex(
    (each, index) => index + 1 >= line - LINES_AROUND && index < line + LINES_AROUND && ACTION.test(each),
  );
  return at === -1 ? null : lines.slice(0, at).join('\n').length + 1;
}

const LINES_AROUND = 2;
