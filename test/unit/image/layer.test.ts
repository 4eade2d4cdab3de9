import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { LayerEntry } from '../../../src/image/layer-entry.ts';
import { makeLayer } from '../../../src/image/layer.ts';

const text = (path: string, content = path): LayerEntry => ({ kind: 'text', path, text: content });

describe('makeLayer', () => {
  it('gives one digest whatever the order of its entries', async () => {
    const entries = [text('/b/x'), text('/a'), text('/b-c'), { kind: 'folder', path: '/b' } as const];
    const one = await makeLayer(entries);
    expect(await makeLayer(entries.toReversed())).toMatchObject({
      digest: one.digest,
      sizeBytes: one.sizeBytes,
    });
  });

  it('gives another digest for other content, path, mode or link target', async () => {
    const layers = await Promise.all([
      makeLayer([text('/a', 'x')]),
      makeLayer([text('/a', 'y')]),
      makeLayer([text('/b', 'x')]),
      makeLayer([{ kind: 'text', path: '/a', text: 'x', mode: 0o600 }]),
      makeLayer([{ kind: 'link', path: '/a', target: 'x' }]),
      makeLayer([{ kind: 'link', path: '/a', target: 'y' }]),
    ]);
    expect(new Set(layers.map(({ digest }) => digest)).size).toBe(layers.length);
  });

  it('takes an implied folder for the same as a named one', async () => {
    const implied = await makeLayer([text('/a/b/c')]);
    const named = await makeLayer([
      { kind: 'folder', path: '/a/' },
      { kind: 'folder', path: '/a/b' },
      text('/a/b/c'),
    ]);
    expect(named.digest).toBe(implied.digest);
  });

  it('knows the size of its bytes and gives the same ones each time', async () => {
    const layer = await makeLayer([text('/a'), text(`/${'long/'.repeat(40)}name`)]);
    const read = async (): Promise<Buffer> => await buffer(layer.bytes());
    const bytes = await read();
    expect(bytes).toHaveLength(layer.sizeBytes);
    expect(bytes.equals(await read())).toBe(true);
  });

  it('refuses a relative path, the root and a path named twice', async () => {
    await expect(makeLayer([text('a')])).rejects.toThrow('not a path inside an image: a');
    await expect(makeLayer([text('/')])).rejects.toThrow('not a path inside an image');
    await expect(makeLayer([text('/a'), text('/x/../a')])).rejects.toThrow('named twice in a layer: /a');
  });
});
