/** A line of a stream, with the moment at which the bytes that completed it arrived. */
export interface ArrivedLine {
  readonly text: string;
  readonly arrivedNs: number;
  /** It may have arrived by so much earlier: this process was held up. */
  readonly lateNs: number;
}

/** Splits a stream into lines; an unfinished last line is given too, marked by `complete: false`. */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  nowNs: () => number,
  heldUpNs: () => number = () => 0,
): AsyncGenerator<ArrivedLine & { readonly complete: boolean }> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const arrivedNs = nowNs();
    const lateNs = heldUpNs();
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = buffer.indexOf(0x0a); end >= 0; end = buffer.indexOf(0x0a)) {
      yield { text: buffer.toString('utf8', 0, end), arrivedNs, lateNs, complete: true };
      buffer = buffer.subarray(end + 1);
    }
    rest = Buffer.from(buffer);
  }
  if (rest.length === 0) return;
  yield { text: rest.toString('utf8'), arrivedNs: nowNs(), lateNs: heldUpNs(), complete: false };
}
