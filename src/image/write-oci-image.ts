import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { processMark } from '../model/process-mark.ts';
import { blobName, planOciImage, type OciImageInput, type OciImagePlan } from './plan-oci-image.ts';
import { tarBytes, type TarMember } from './tar-bytes.ts';

/** An image in a file that containerd, kind and docker import. */
export interface ImageFile {
  readonly path: string;
  readonly reference: string;
  /** `sha256:…` of the manifest. */
  readonly digest: string;
}

/**
 * Writes an OCI layout as one tar: same input, same bytes. Whole or not at all: a temporary file is renamed.
 * Throws `disk-full` and `image-source-changed`; the signal's reason on abort.
 */
export async function writeOciImage(
  input: OciImageInput & { readonly output: string; readonly signal?: AbortSignal },
): Promise<ImageFile> {
  return await writePlannedImage(await planOciImage(input), input.output, input.signal);
}

/** The second half of writeOciImage, for a plan that is already made. */
export async function writePlannedImage(
  plan: OciImagePlan,
  output: string,
  signal?: AbortSignal,
): Promise<ImageFile> {
  // The process' mark tells later writers whose it was, see cachedImage; the rest keeps two writes of one process apart.
  const temporary = `${output}.tmp-${processMark()}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(output), { recursive: true });
    await pipeline(tarBytes(archiveMembers(plan)), createWriteStream(temporary, { flush: true }), { signal });
    await rename(temporary, output);
  } catch (error) {
    await rm(temporary, { force: true });
    throw isDiskFull(error) ? diskFull(output, plan.sizeBytes, error) : error;
  }
  return { path: output, reference: plan.reference, digest: plan.digest };
}

function* archiveMembers({ texts, layers }: OciImagePlan): Generator<TarMember> {
  for (const { name, text } of texts) yield { kind: 'text', name, mode: 0o644, text };
  const written = new Set<string>();
  for (const { digest, sizeBytes, bytes } of layers) {
    if (written.has(digest)) continue;
    written.add(digest);
    yield { kind: 'stream', name: blobName(digest), mode: 0o644, sizeBytes, bytes };
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function diskFull(output: string, sizeBytes: number, cause: unknown): DrainbenchError {
  return new DrainbenchError({
    code: 'disk-full',
    message: `The image cannot be written to ${output}: the disk is full.`,
    expected: `${Math.ceil(sizeBytes / 1e6)} MB free`,
    found: 'no space left',
    fix: `free some space, then try again: df -h ${dirname(output)}`,
    cause,
  });
}
