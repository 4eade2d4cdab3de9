import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Document,
  type Pair,
  type YAMLMap,
} from 'yaml';

export type SourcePath = readonly PropertyKey[];

/** Half-open range of character offsets into the source. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the value at `path` stands in the source, following aliases and merge keys; `key: true` asks for its key
 * instead. What does not exist (a missing key) is located at the key of the nearest ancestor that does.
 */
export function locateNode(document: Document, path: SourcePath, want: 'key' | 'value'): SourceRange {
  let node: unknown = document.contents;
  let key: unknown = null;
  for (const step of path) {
    const container = isAlias(node) ? node.resolve(document) : node;
    if (isMap(container)) {
      const pair = findPair(document, container, String(step));
      if (pair === undefined) return rangeOf(key) ?? firstOf(container) ?? { start: 0, end: 0 };
      key = pair.key;
      node = pair.value;
    } else if (isSeq(container)) {
      const item: unknown = container.items[Number(step)];
      if (item === undefined) return rangeOf(key) ?? { start: 0, end: 0 };
      key = item;
      node = item;
    } else {
      break;
    }
  }
  if (want === 'key') return rangeOf(key) ?? firstOf(node) ?? { start: 0, end: 0 };
  // A mapping spans many lines: its key says better where it is. Empty values have no text of their own.
  const value = rangeOf(node);
  const spansLines = isMap(node) || isSeq(node) || value === undefined || value.start === value.end;
  return (spansLines ? (rangeOf(key) ?? firstOf(node)) : value) ?? { start: 0, end: 0 };
}

function findPair(document: Document, map: YAMLMap, key: string): Pair | undefined {
  for (const pair of map.items) {
    if (isScalar(pair.key) ? String(pair.key.value) === key : pair.key === key) return pair;
  }
  for (const pair of map.items) {
    if (!isMergeKey(pair.key)) continue;
    const sources = isSeq(pair.value) ? pair.value.items : [pair.value];
    for (const source of sources) {
      const target = isAlias(source) ? source.resolve(document) : source;
      const found = isMap(target) ? findPair(document, target, key) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** `yaml` represents a merge key by a symbol of that name. */
function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === 'symbol' && key.value.description === '<<';
}

function firstOf(node: unknown): SourceRange | undefined {
  if (isMap(node)) {
    const first = node.items[0];
    return first === undefined ? rangeOf(node) : rangeOf(first.key);
  }
  if (isSeq(node)) return firstOf(node.items[0]) ?? rangeOf(node.items[0]);
  return rangeOf(node);
}

function rangeOf(node: unknown): SourceRange | undefined {
  if (isPair(node)) return rangeOf(node.key);
  if (isMap(node) && node.items.length > 0 && node.flow !== true) return rangeOf(node.items[0]?.key);
  if (!isNode(node) || !node.range) return undefined;
  return { start: node.range[0], end: node.range[1] };
}
