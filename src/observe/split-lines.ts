/** A line of a stream, with the moment at which the bytes that completed it arrived. */
export interface ArrivedLine {
  readonly text: string;
  readonly arrivedNs: number;
}

/** Splits a stream into lines; an unfinished last line is given too, marked by `complete: false`. */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  nowNs: () => number,
): AsyncGenerator<ArrivedLine & { readonly complete: boolean }> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const arrivedNs = nowNs();
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = buffer.indexOf(0x0a); end >= 0; end = buffer.indexOf(0x0a)) {
      yield { text: buffer.toString('utf8', 0, end), arrivedNs, complete: true };
      buffer = buffer.subarray(end + 1);
    }
    rest = Buffer.from(buffer);
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), arrivedNs: nowNs(), complete: false };
}
