import type { z } from 'zod';
import { nameDistance } from './nearest-name.ts';
import { declaredSchemas, objectShape, unionOptions, valueAt, type Schema } from './schema-at.ts';

type Issue = z.core.$ZodIssue;

/**
 * The branch of a union that was meant: of those that take this kind of value, the one whose keys are spelt most
 * like those present, then the one with the fewest mistakes. Nothing when no branch takes this kind of value.
 */
export function meantBranch(
  schema: Schema,
  value: unknown,
  issue: z.core.$ZodIssueInvalidUnion,
): { option: Schema; issues: readonly Issue[] } | undefined {
  const union = declaredSchemas(schema, value, issue.path).find(
    (candidate) => unionOptions(candidate).length === issue.errors.length,
  );
  if (union === undefined) return undefined;
  const present = valueAt(value, issue.path);
  return unionOptions(union)
    .map((option, index) => ({ option, issues: issue.errors[index] ?? [] }))
    .filter(({ issues }) => !issues.some(isWrongKind))
    .map((branch) => ({ ...branch, score: score(branch.option, present, branch.issues) }))
    .toSorted((left, right) => left.score - right.score)[0];
}

function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function score(option: Schema, value: unknown, issues: readonly Issue[]): number {
  const valid = Object.keys(objectShape(option));
  const keys = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  const distances = keys.map((key) => Math.min(1, ...valid.map((name) => nameDistance(key, name))));
  return 100 * distances.reduce((sum, distance) => sum + distance, 0) + issues.length;
}
