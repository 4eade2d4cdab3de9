import type { z } from 'zod';
import { nearestName } from './nearest-name.ts';
import { bareSchema, objectShape, schemasAt, type Schema } from './schema-at.ts';

/**
 * Says what to write instead of a key that is not known at `path`: the nearest valid one there, else the place where
 * such a key belongs, else all that are valid. `meant` is the nearest valid key, if there is one.
 */
export function explainUnknownKey(
  key: string,
  schema: Schema,
  value: unknown,
  path: readonly PropertyKey[],
): { message: string; meant: string | undefined } {
  const valid = schemasAt(schema, value, path).flatMap((candidate) => Object.keys(objectShape(candidate)));
  const meant = nearestName(key, valid);
  if (meant !== undefined) return { message: `unknown key \`${key}\`; did you mean \`${meant}\`?`, meant };
  const home = homeOf(key, schema, []);
  const hint =
    home === undefined
      ? `valid here: ${[...new Set(valid)].map((name) => `\`${name}\``).join(', ')}`
      : `did you mean \`${home}\`?`;
  return { message: `unknown key \`${key}\`; ${hint}`, meant: undefined };
}

/** Where in the whole schema a key (or one spelt much like it) has its place, as a dotted path. */
function homeOf(key: string, schema: Schema, trail: readonly string[]): string | undefined {
  const bare = bareSchema(schema);
  const here = nearestName(key, Object.keys(objectShape(bare)));
  if (here !== undefined && trail.length > 0) return [...trail, here].join('.');
  for (const [step, child] of children(bare)) {
    const home = homeOf(key, child, [...trail, ...step]);
    if (home !== undefined) return home;
  }
  return undefined;
}

function children(schema: Schema): [step: string[], child: Schema][] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'array') return [[[], def.element]];
  if (def.type === 'union') return def.options.map((option) => [[], option]);
  return Object.entries(objectShape(schema)).map(([name, child]) => [[name], child]);
}
