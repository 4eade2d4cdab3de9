import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { kindModuleFolder } from '../../../src/cluster/kind/node-image/kind-module.ts';
import { OFFICIAL_NODE_IMAGE } from '../../../src/cluster/kind/node-image.ts';

it('names the node image that the pinned kind itself would take', async () => {
  const folder = await kindModuleFolder(new AbortController().signal);
  const source = await readFile(join(folder, 'pkg/apis/config/defaults/image.go'), 'utf8');
  expect(source).toContain(`"${OFFICIAL_NODE_IMAGE}"`);
});
