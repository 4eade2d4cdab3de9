import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { isErrno } from '../../model/errno.ts';

const CHUNK_BYTES = 65_536;
/**
 * For so long a runtime may have a line in hand for the old file when there is a new one: it opens that first, and ends
 * the old one's writer after that.
 */
const HANDOVER_MS = 1000;
/** While it grows: rotations are at least ten seconds apart. */
const LOOK_EVERY_MS = 500;

/**
 * A log file that grows, and that a kubelet rotates: it renames PATH to PATH.TIME, whereupon the runtime makes PATH
 * anew. What has been opened is held, so that it can be read to its end whatever becomes of its name.
 */
export class RotatedFile {
  /** It has no name any more, and there is no newer one: its container was removed. */
  removed = false;
  /** A newer file is there, and this one may still gain a line. */
  rotating = false;
  /** How often a newer file was gone over to. */
  rotations = 0;
  /** Earlier or intermediate files that were never open here. */
  missed = 0;
  readonly #path: string;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #file: FileHandle;
  #position = 0;
  #newer: { readonly file: FileHandle; readonly sinceMs: number } | null = null;
  /** The rotated files that are accounted for. */
  #known: ReadonlySet<string> = new Set();
  #lookedAtMs = 0;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Throws as `open` does. */
  static async open(path: string): Promise<RotatedFile> {
    const file = new RotatedFile(path, await open(path));
    await file.#countMissed(0);
    return file;
  }

  /**
   * The bytes that follow, good until the next call; `null`: there are none now. What became of the name is looked at
   * now and then while the file is `growing`, each time once its writer has `ended`; `last`: nothing that comes later
   * will be asked for, so there is no waiting for a writer either. Throws when what was read is not there any more.
   */
  async next(stage: 'growing' | 'ended' | 'last'): Promise<Buffer | null> {
    // Before reading: what is read then is all that the old file's writer had in hand.
    const handedOver =
      stage === 'last' || performance.now() - (this.#newer?.sinceMs ?? Infinity) > HANDOVER_MS;
    const { bytesRead } = await this.#file.read(this.#buffer, 0, CHUNK_BYTES, this.#position);
    this.#position += bytesRead;
    if (bytesRead > 0) return this.#buffer.subarray(0, bytesRead);
    const due = stage !== 'growing' || performance.now() - this.#lookedAtMs > LOOK_EVERY_MS;
    if (this.#newer === null) {
      if (!due || !(await this.#seesNewer()) || stage !== 'last') return null;
    } else {
      if (!handedOver) return null;
      await this.#goOver(this.#newer.file);
    }
    return this.next(stage);
  }

  /** At the end of what is open: what became of its name? */
  async #seesNewer(): Promise<boolean> {
    this.#lookedAtMs = performance.now();
    const own = await this.#file.stat();
    if (own.size < this.#position) throw new Error(`${this.#path} was cut`);
    const named = await stat(this.#path).catch(nullWhereMissing);
    this.removed = named === null && own.nlink === 0;
    if (named === null || (named.ino === own.ino && named.dev === own.dev)) return false;
    const file = await open(this.#path).catch(nullWhereMissing);
    if (file === null) return false;
    this.#newer = { file, sinceMs: performance.now() };
    this.rotating = true;
    return true;
  }

  async #goOver(file: FileHandle): Promise<void> {
    await this.#file.close();
    this.#file = file;
    this.#newer = null;
    this.#position = 0;
    this.rotating = false;
    this.rotations += 1;
    await this.#countMissed(1);
  }

  /** `read`: so many of the rotated files that have come were read. */
  async #countMissed(read: number): Promise<void> {
    const prefix = `${basename(this.#path)}.`;
    const rotated = (await readdir(dirname(this.#path)))
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length).replace(/\.(gz|tmp)$/, ''));
    const found = new Set(rotated);
    this.missed += Math.max(0, [...found].filter((name) => !this.#known.has(name)).length - read);
    this.#known = found;
  }

  async close(): Promise<void> {
    await this.#newer?.file.close();
    await this.#file.close();
  }
}

function nullWhereMissing(error: unknown): null {
  if (isErrno(error, 'ENOENT')) return null;
  throw error;
}
