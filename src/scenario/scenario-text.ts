import { readFile } from 'node:fs/promises';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

/** A scenario is a page; anything this large is another file named by mistake. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a scenario file as UTF-8 text.
 * Throws {@link DrainbenchError} (exit code 64) when it is missing, unreadable, a directory, too large or not UTF-8.
 */
export async function scenarioText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (bytes.length > MAX_BYTES) {
    throw new DrainbenchError({
      code: 'scenario-too-large',
      message: `${path} is too large for a scenario`,
      expected: `at most ${countOf(MAX_BYTES, 'byte')}`,
      found: countOf(bytes.length, 'byte'),
      fix: 'name a scenario file, like scenarios/prestop-on-delete.yaml',
      exitCode: EXIT.usage,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DrainbenchError({
      code: 'scenario-not-utf8',
      message: `${path} is not UTF-8 text`,
      expected: 'UTF-8',
      found: foundInstead(bytes),
      fix: `iconv -t UTF-8 ${path} > ${path}.utf8  (name the encoding it has with -f)`,
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

function unreadable(path: string, error: unknown): DrainbenchError {
  const errno = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
  const known: Record<string, [code: string, message: string, fix: string]> = {
    ENOENT: ['scenario-not-found', `there is no file ${path}`, 'ls scenarios/*.yaml'],
    ENOTDIR: [
      'scenario-not-found',
      `there is no file ${path}: a part of it is not a directory`,
      'ls scenarios',
    ],
    EISDIR: ['scenario-is-directory', `${path} is a directory, not a scenario file`, `ls ${path}/*.yaml`],
    EACCES: ['scenario-unreadable', `no permission to read ${path}`, `ls -l ${path}`],
  };
  const [code, message, fix] = known[errno] ?? [
    'scenario-unreadable',
    `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    `ls -l ${path}`,
  ];
  return new DrainbenchError({ code, message, fix, exitCode: EXIT.usage, cause: error });
}

function foundInstead(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') return 'UTF-16 (by its byte order mark)';
  const line = bytes.subarray(0, validLength(bytes)).filter((byte) => byte === 0x0a).length + 1;
  return `bytes on line ${line} that are not valid UTF-8`;
}

/** The longest valid prefix, found by halving: a prefix that ends inside a character counts as valid (`stream`). */
function validLength(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      valid = middle;
    } catch {
      invalid = middle;
    }
  }
  return valid;
}
