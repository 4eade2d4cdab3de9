import type { Readable, Writable } from 'node:stream';

/** A program that runs somewhere else and is talked to by its standard streams alone. */
export interface RemoteProgram {
  readonly stdin: Writable;
  /** Must be read: only then is the end told. */
  readonly stdout: Readable;
  /** In words, with what it last wrote to standard error, once it ended or the way to it was cut. Never rejects. */
  readonly ended: Promise<string>;
  /** Cuts the way to it; it ends by itself when its input does. */
  close(): void;
}
