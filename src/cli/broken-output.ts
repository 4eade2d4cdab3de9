import { isErrno } from '../model/errno.ts';

let failed: Error | null = null;

/**
 * From here on a terminal or a pipe that is gone takes nothing along: Node would end the process in the middle of
 * whatever it does, and leave all that is to be cleaned up. Who went away wants to read no more (EPIPE, EIO); any other
 * error, as of a disk that is full, is kept for the end.
 */
export function surviveBrokenOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: Error) => {
      if (!isGone(error)) failed ??= error;
    });
  }
}

/** True for the error of a stream whose other end is gone. */
export function isGone(error: unknown): boolean {
  return isErrno(error, 'EPIPE', 'EIO', 'ERR_STREAM_DESTROYED');
}

/** What went wrong with the output although somebody wants it; `null` where nothing did. */
export function outputFailure(): Error | null {
  return failed;
}
