import type { z } from 'zod';

export type Schema = z.core.$ZodType;

/**
 * The schemas that describe the value at `path` below `schema`: several where a union leaves it open, none where
 * no value is allowed. Discriminated unions are narrowed by the value that is really there.
 */
export function schemasAt(schema: Schema, value: unknown, path: readonly PropertyKey[]): Schema[] {
  const [step, ...rest] = path;
  const here = variants(schema, value);
  if (step === undefined) return here;
  return here.flatMap((variant) => {
    const child = childSchema(variant, step);
    return child === undefined ? [] : schemasAt(child, childValue(value, step), rest);
  });
}

/** The schema without defaults, optionality and the like around it. */
export function bareSchema(schema: Schema): Schema {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
      return bareSchema(def.innerType);
    default:
      return schema;
  }
}

/** The options of a union, or nothing for any other schema. */
export function unionOptions(schema: Schema): readonly Schema[] {
  const { def } = (bareSchema(schema) as z.core.$ZodTypes)._zod;
  return def.type === 'union' ? def.options : [];
}

/** Key → schema of an object, or nothing for any other schema. */
export function objectShape(schema: Schema): Readonly<Record<string, Schema>> {
  const { def } = (bareSchema(schema) as z.core.$ZodTypes)._zod;
  return def.type === 'object' ? def.shape : {};
}

/** The schema declared at `path`, a union still whole; {@link schemasAt} would resolve it into its options. */
export function declaredSchemas(schema: Schema, value: unknown, path: readonly PropertyKey[]): Schema[] {
  const last = path.at(-1);
  if (last === undefined) return [schema];
  return schemasAt(schema, value, path.slice(0, -1)).flatMap((parent) => childSchema(parent, last) ?? []);
}

/** The value at `path`, or undefined where the way there ends early. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(childValue, value);
}

function variants(schema: Schema, value: unknown): Schema[] {
  const bare = bareSchema(schema);
  const { def } = (bare as z.core.$ZodTypes)._zod;
  if (def.type !== 'union') return [bare];
  const discriminator = 'discriminator' in def ? String(def.discriminator) : undefined;
  const options = def.options.filter((option) => {
    if (discriminator === undefined) return true;
    const tag = objectShape(option)[discriminator];
    const values = tag?._zod.values;
    return values === undefined || values.has(childValue(value, discriminator) as z.core.util.Primitive);
  });
  return options.flatMap((option) => variants(option, value));
}

function childSchema(schema: Schema, step: PropertyKey): Schema | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return def.shape[String(step)];
    case 'array':
      return def.element;
    case 'record':
      return def.valueType;
    default:
      return undefined;
  }
}

function childValue(value: unknown, step: PropertyKey): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<PropertyKey, unknown>)[step];
}
