import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { scenarioJsonSchema } from '../../../src/scenario/scenario-json-schema.ts';

const COMMITTED = resolve(import.meta.dirname, '../../../scenarios/scenario.schema.json');

test('the committed JSON Schema is the one the code generates (vitest --update writes it anew)', async () => {
  const options = { ...(await resolveConfig(COMMITTED)), filepath: COMMITTED };
  await expect(await format(JSON.stringify(scenarioJsonSchema()), options)).toMatchFileSnapshot(COMMITTED);
});

test('the JSON Schema lets users leave out what has a default, and refuses unknown keys', async () => {
  const schema = JSON.parse(await readFile(COMMITTED, 'utf8')) as Record<string, never>;
  expect(schema).toMatchObject({
    additionalProperties: false,
    properties: {
      spec: { required: ['app', 'loads', 'disruptions'], additionalProperties: false },
    },
  });
});
