import { z } from 'zod';
import { scenarioSchema } from '../model/scenario.ts';

/**
 * The scenario format as JSON Schema, for editors: what a user may write, so keys with a default are optional.
 * Draft 7, the newest that the YAML language server supports in full.
 */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    ...z.toJSONSchema(scenarioSchema, { target: 'draft-7', io: 'input' }),
    title: 'drainbench scenario',
    description: 'One question about what happens to requests when a Pod goes away.',
  };
}
