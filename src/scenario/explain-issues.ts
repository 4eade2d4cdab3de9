import type { z } from 'zod';
import { describeSchema, describeType, describeValue, oneOf } from './describe-schema.ts';
import { explainUnknownKey } from './explain-unknown-key.ts';
import { meantBranch } from './meant-branch.ts';
import { nearestName } from './nearest-name.ts';
import { declaredSchemas, valueAt, type Schema } from './schema-at.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** One mistake in a document, at a path of it, in the words of someone who writes YAML. */
export interface Explained {
  readonly path: Path;
  /** Whether the key at the path is wrong, or its value. What is missing is shown at its parent's key. */
  readonly at: 'key' | 'value';
  readonly message: string;
}

/** Notes for the clean-up at the end: a misspelt key also shows as "missing". */
interface Draft extends Explained {
  readonly missing?: string;
  readonly meant?: string | undefined;
}

/**
 * Turns zod's issues into mistakes a user can mend: unknown keys with the nearest valid one, allowed values of
 * enums, and for a union only the mistakes of the branch that was meant.
 *
 * @param schema what the value at `base` should be; the issues' paths are relative to `base` in `root`.
 */
export function explainIssues(
  schema: Schema,
  root: unknown,
  issues: readonly Issue[],
  base: Path = [],
): Explained[] {
  const drafts = issues.flatMap((issue) => explainIssue(schema, root, issue, base));
  // One mistake, not two: drop the "missing" of the key that a misspelt one stands for.
  const meant = new Set(drafts.flatMap((draft) => draft.meant ?? []));
  return drafts
    .filter((draft) => draft.missing === undefined || !meant.has(draft.missing))
    .map(({ path, at, message }) => ({ path, at, message }));
}

function explainIssue(schema: Schema, root: unknown, issue: Issue, base: Path): Draft[] {
  const value = valueAt(root, base);
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      at: 'key',
      ...explainUnknownKey(key, schema, value, issue.path),
    }));
  }
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    return issue.issues.map((inner) => ({ path, at: 'key', message: `${nameOf(path)}: ${reason(inner)}` }));
  }
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(schema, value, issue);
    if (branch !== undefined) return explainIssues(branch.option, root, branch.issues, path);
  }
  const found = valueAt(root, path);
  if (found === undefined && issue.code !== 'custom') {
    const missing = String(path.at(-1) ?? '');
    return [
      { path, at: 'value', message: `missing key \`${missing}\`: ${wanted(schema, value, issue)}`, missing },
    ];
  }
  return [{ path, at: 'value', message: `${nameOf(path)}: ${mismatch(schema, value, issue, found)}` }];
}

function mismatch(schema: Schema, value: unknown, issue: Issue, found: unknown): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_value':
    case 'invalid_union': {
      const allowed = allowedValues(issue).map(String);
      const meant = typeof found === 'string' ? nearestName(found, allowed) : undefined;
      const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
      return `${wanted(schema, value, issue)}, found ${describeValue(found)}${hint}`;
    }
    default:
      return `${reason(issue)}, found ${describeValue(found)}`;
  }
}

function wanted(schema: Schema, value: unknown, issue: Issue): string {
  const allowed = allowedValues(issue);
  if (allowed.length > 0) return `expected ${oneOf(allowed)}`;
  const schemas = declaredSchemas(schema, value, issue.path);
  return schemas.length === 0
    ? reason(issue)
    : `expected ${[...new Set(schemas.map(describeSchema))].join(' or ')}`;
}

function allowedValues(issue: Issue): readonly unknown[] {
  if (issue.code === 'invalid_value') return issue.values;
  // A discriminated union without a matching branch lists the values its discriminator may have.
  return issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)
    ? issue.options
    : [];
}

function reason(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${describeType(issue.expected)}`;
    case 'too_small':
      return limit('at least', issue.minimum, issue.origin, issue.inclusive);
    case 'too_big':
      return limit('at most', issue.maximum, issue.origin, issue.inclusive);
    case 'invalid_format':
      if (issue.format === 'starts_with' && 'prefix' in issue) {
        return `expected text that starts with \`${String(issue.prefix)}\``;
      }
      return issue.message.startsWith('Invalid string')
        ? `expected text that matches ${issue.pattern ?? issue.format}`
        : `expected ${issue.message}`;
    default:
      return issue.message;
  }
}

function limit(
  words: 'at least' | 'at most',
  bound: number | bigint,
  origin: string,
  inclusive?: boolean,
): string {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '';
  if (inclusive === false) return `expected ${words === 'at least' ? 'more' : 'less'} than ${bound}${unit}`;
  return bound === 1 && unit !== '' ? 'must not be empty' : `expected ${words} ${bound}${unit}`;
}

function nameOf(path: Path): string {
  const text = path.reduce<string>(
    (before, step) =>
      typeof step === 'number'
        ? `${before}[${step}]`
        : before === ''
          ? String(step)
          : `${before}.${String(step)}`,
    '',
  );
  return text === '' ? 'the document' : `\`${text}\``;
}
