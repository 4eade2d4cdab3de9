import type { z } from 'zod';
import { bareSchema, objectShape, type Schema } from './schema-at.ts';

/** What a schema wants, in a user's words: `` `none` ``, `a mapping with `sleepSeconds``, `a whole number`. */
export function describeSchema(schema: Schema): string {
  const { def } = (bareSchema(schema) as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'literal':
      return oneOf(def.values);
    case 'enum':
      return oneOf(Object.values(def.entries));
    case 'object': {
      const required = Object.entries(objectShape(schema)).filter(
        ([, child]) => child._zod.optin === undefined,
      );
      return required.length === 0
        ? 'a mapping'
        : `a mapping with ${required.map(([key]) => `\`${key}\``).join(' and ')}`;
    }
    case 'union':
      return either(def.options.map(describeSchema));
    case 'array':
      return `a list of which each is ${describeSchema(def.element)}`;
    default:
      return describeType(def.type);
  }
}

/** The name of a zod type, or of what `typeof` says, as it is called in YAML. */
export function describeType(type: string): string {
  const names: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: '`true` or `false`',
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
  };
  return names[type] ?? type;
}

/** The value that was found, short enough for one line. */
export function describeValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') {
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  }
  return `\`${JSON.stringify(value)}\``;
}

/** `a`, `b` or `c`: the allowed values, each as it would be written. */
export function oneOf(values: readonly unknown[]): string {
  return either(values.map((value) => `\`${String(value)}\``));
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
