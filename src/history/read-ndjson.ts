import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface NdjsonContent {
  /** One parsed value a line, in order. */
  readonly values: readonly unknown[];
  /** Numbers (from 1) of lines in the middle that are not JSON: the file was damaged. */
  readonly badLines: readonly number[];
  /** The last line ends in the middle: the writer was killed. */
  readonly cutLastLine: boolean;
}

/** Reads a file of JSON lines as far as it goes; what cannot be read is counted, not thrown. */
export async function readNdjson(path: string): Promise<NdjsonContent> {
  const values: unknown[] = [];
  const bad: number[] = [];
  let number = 0;
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  for await (const line of lines) {
    number += 1;
    if (line === '') continue;
    try {
      values.push(JSON.parse(line));
    } catch {
      bad.push(number);
    }
  }
  const cutLastLine = bad.length > 0 && bad.at(-1) === number;
  return { values, badLines: cutLastLine ? bad.slice(0, -1) : bad, cutLastLine };
}
