import { describe, expect, it } from 'vitest';
import fc from 'fast-check';

import { splitLines } from '../../../src/observe/split-lines.ts';

async function collect(
  chunks: readonly Buffer[],
): Promise<{ text: string; complete: boolean; arrivedNs: number }[]> {
  let now = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  const lines = [];
  for await (const line of splitLines(source(), () => ++now)) lines.push(line);
  return lines;
}

describe('splitting a stream into lines', () => {
  it('stamps a line with the arrival of the bytes that complete it', async () => {
    const lines = await collect([Buffer.from('a'), Buffer.from('b\nc'), Buffer.from('d\n')]);
    expect(lines).toEqual([
      { text: 'ab', arrivedNs: 2, lateNs: 0, complete: true },
      { text: 'cd', arrivedNs: 3, lateNs: 0, complete: true },
    ]);
  });

  it('gives an unfinished last line, marked as such', async () => {
    expect(await collect([Buffer.from('whole\ncut')])).toMatchObject([
      { text: 'whole', complete: true },
      { text: 'cut', complete: false },
    ]);
  });

  it('loses and invents nothing, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' })),
        fc.integer({ min: 1, max: 7 }),
        async (texts, size) => {
          const bytes = Buffer.from(texts.join('\n') + '\n');
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          );
          const lines = await collect(chunks);
          expect(lines.map(({ text }) => text).join('\n') + '\n').toBe(bytes.toString());
        },
      ),
    );
  });

  it('gives the beginning of a line that has no end, and how much more there was, in flat memory', async () => {
    const chunk = Buffer.alloc(2 ** 20, 'x');
    async function* endless(): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < 512; sent++) yield await Promise.resolve(chunk);
      yield Buffer.from('\nnext\n');
    }
    const before = process.memoryUsage.rss();
    const lines = [];
    for await (const line of splitLines(
      endless(),
      () => 0,
      () => 0,
      1000,
    ))
      lines.push(line);
    expect(lines.map(({ text, cutBytes }) => [text.length, cutBytes])).toEqual([
      [1000, 512 * 2 ** 20 - 1000],
      [4, undefined],
    ]);
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * 2 ** 20);
  });
});
