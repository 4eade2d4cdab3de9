import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inspectImageArchive } from '../../../src/image/inspect-image-archive.ts';
import { pushImage } from '../../../src/run/images/push-image.ts';
import { buildTools } from '../../../src/tools/build-tools.ts';
import { sampleImage } from '../../e2e/support/sample-image.ts';

describe('pushing an image archive', () => {
  const never = new AbortController().signal;
  let crane = '';
  let registry: ChildProcess;
  let host = '';

  beforeAll(async () => {
    ({ crane } = await buildTools({ names: ['crane'] }));
    // A real registry, on loopback, at a port of its own choice.
    registry = spawn(crane, ['registry', 'serve', '--address', '127.0.0.1:0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    host = await new Promise((resolve) => {
      createInterface(registry.stderr as Readable).on('line', (line) => {
        const port = /serving on port (\d+)/.exec(line)?.[1];
        if (port !== undefined) resolve(`127.0.0.1:${port}`);
      });
    });
  });

  afterAll(async () => {
    registry.kill();
    await once(registry, 'exit');
  });

  it('puts it under a name of its own, by which exactly these bytes can be pulled', async () => {
    const archive = await inspectImageArchive(await sampleImage());
    const reference = await pushImage(archive, `${host}/team`, crane, never);
    expect(reference).toMatch(new RegExp(`^${host}/team/drainbench-http(:dev)?@sha256:[0-9a-f]{64}$`));
    const config = JSON.parse((await execa(crane, ['config', reference])).stdout) as { config: object };
    expect(config.config).toMatchObject({ Entrypoint: ['node', '/app/server.js'], User: '65532' });
  });

  it('refuses several images in one file: each is to be known by a digest of its own', async () => {
    const archive = await inspectImageArchive(await sampleImage());
    const both = { ...archive, images: [...archive.images, ...archive.images] };
    await expect(pushImage(both, `${host}/team`, crane, never)).rejects.toMatchObject({
      code: 'image-archive-several-images',
    });
  });

  it('says what the registry said when it does not take it', async () => {
    const archive = await inspectImageArchive(await sampleImage());
    await expect(pushImage(archive, '127.0.0.1:1/team', crane, never)).rejects.toMatchObject({
      code: 'image-not-pushed',
      message: expect.stringContaining('connection refused') as string,
    });
  });
});
