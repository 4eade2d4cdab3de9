import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CriLines } from '../../../../src/observe/container-log/cri-lines.ts';

const TIME = '2026-01-02T03:04:05.123456789Z';

function read(...chunks: (string | Buffer)[]): string[] {
  const lines = new CriLines();
  const texts = chunks.flatMap((chunk) => lines.read(Buffer.from(chunk)));
  return [...texts, ...lines.end()].map((line) => line.toString());
}

describe('the lines of a CRI log', () => {
  it('are the text behind time, stream and tag', () => {
    expect(
      read(`${TIME} stdout F one  two \n${TIME} stderr F \n2026-01-02T03:04:05Z stdout F:x y\n`),
    ).toEqual(['one  two \n', '\n', 'y\n']);
  });

  it('are joined from their parts, those of each stream for themselves', () => {
    const parts = [
      `${TIME} stdout P on`,
      `${TIME} stderr F two`,
      `${TIME} stdout P e `,
      `${TIME} stdout F more`,
    ];
    expect(read(`${parts.join('\n')}\n`)).toEqual(['two\n', 'one more\n']);
  });

  it('are whole where a part ends in the middle of a character', () => {
    const [a, b] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    const cut = [`${TIME} stdout P `, a, '\n', `${TIME} stdout F `, b, '\n'].map((part) => Buffer.from(part));
    expect(read(Buffer.concat(cut))).toEqual(['é\n']);
  });

  it('are given in the end although their container did not complete them', () => {
    expect(read(`${TIME} stdout P cut`, `\n${TIME} stderr F cut, too`)).toEqual(['cut, too\n', 'cut\n']);
  });

  it('are given by their beginning where they have no end, each counted', () => {
    const lines = new CriLines();
    const part = Buffer.from(`${TIME} stdout P ${'x'.repeat(16_384)}\n`);
    for (let parts = 0; parts < 1000; parts++) expect(lines.read(part)).toEqual([]);
    const [line] = lines.read(Buffer.from(`${TIME} stdout F end\n`));
    expect(line?.length).toBe(64 * 1024 + 1);
    expect(lines.cutLines).toBe(1);
    expect(lines.read(Buffer.from(`${TIME} stdout F next\n`)).map(String)).toEqual(['next\n']);
  });

  it('are not waited for without end: what has no newline is no CRI log', () => {
    const lines = new CriLines();
    const endless = Buffer.alloc(2 ** 18, 'x');
    expect(() => {
      for (let chunks = 0; chunks < 8; chunks++) lines.read(endless);
    }).toThrow('a line of it has no end');
  });

  it('are not guessed at in a log of another format', () => {
    for (const line of [
      '{"log":"a\\n","stream":"stdout"}',
      'plain',
      `${TIME} stdout X a`,
      `${TIME} stdin F a`,
      '',
    ]) {
      expect(() => read(`${line}\n`), line).toThrow('it is no CRI log');
    }
  });

  it('lose and invent nothing, however they and the bytes of the file are cut', () => {
    const text = fc.string({ unit: 'binary' }).map((each) => each.replaceAll('\n', ''));
    const written = fc.record({
      text,
      stream: fc.constantFrom('stdout', 'stderr'),
      part: fc.nat({ max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(written), fc.integer({ min: 1, max: 50 }), (entries, size) => {
        const bytes = Buffer.concat(entries.flatMap((entry) => criParts(entry)));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        expect(read(...chunks)).toEqual(entries.map((entry) => `${entry.text}\n`));
      }),
    );
  });
});

/** As a runtime whose longest line has `part` bytes writes it; 0: there is no longest. */
function criParts({ text, stream, part }: { text: string; stream: string; part: number }): Buffer[] {
  const bytes = Buffer.from(text);
  const parts = part === 0 ? 0 : Math.max(0, Math.ceil(bytes.length / part) - 1);
  return Array.from({ length: parts + 1 }, (_, i) =>
    Buffer.concat([
      Buffer.from(`${TIME} ${stream} ${i < parts ? 'P' : 'F'} `),
      bytes.subarray(i * part, i < parts ? (i + 1) * part : bytes.length),
      Buffer.from('\n'),
    ]),
  );
}
