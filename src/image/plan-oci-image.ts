import { createHash } from 'node:crypto';
import { makeLayer, type Layer } from './layer.ts';
import type { LayerEntry } from './layer-entry.ts';

export interface OciImageConfig {
  readonly entrypoint: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `uid`, `uid:gid` or a name of the image's /etc/passwd. */
  readonly user?: string;
  readonly workingDir?: string;
  /** e.g. `SIGQUIT`; without it a runtime sends SIGTERM. */
  readonly stopSignal?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface OciImageInput {
  /** Full name with tag: `docker.io/drainbench/http:1`. */
  readonly reference: string;
  /** File systems, lowest first. */
  readonly layers: readonly (readonly LayerEntry[])[];
  readonly config: OciImageConfig;
  /** As OCI names it: `amd64`. */
  readonly architecture: string;
  /** RFC 3339; default 1970, so that the same input gives the same digest. */
  readonly created?: string;
}

/** An image worked out down to its digests, before a byte is written. */
export interface OciImagePlan {
  readonly reference: string;
  /** Digest of the manifest: the image's identity. */
  readonly digest: string;
  /** SHA-256 (hex) over everything that goes into the archive, the reference too. */
  readonly archiveHash: string;
  /** Members of the archive that are text, by name, in order. */
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  readonly layers: readonly Layer[];
  /** Size of the whole archive in bytes. */
  readonly sizeBytes: number;
}

const media = 'application/vnd.oci.image';

/** Hashes the layers and works out config, manifest and index (OCI image specification 1.1). */
export async function planOciImage(input: OciImageInput): Promise<OciImagePlan> {
  const layers: Layer[] = [];
  for (const entries of input.layers) layers.push(await makeLayer(entries));

  const config = blob(imageConfig(input, layers));
  const manifest = blob({
    schemaVersion: 2,
    mediaType: `${media}.manifest.v1+json`,
    config: { mediaType: `${media}.config.v1+json`, digest: config.digest, size: config.sizeBytes },
    // Uncompressed: nodes on the same host import faster than they could unzip.
    layers: layers.map(({ digest, sizeBytes }) => ({
      mediaType: `${media}.layer.v1.tar`,
      digest,
      size: sizeBytes,
    })),
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${media}.index.v1+json`,
    manifests: [
      {
        mediaType: `${media}.manifest.v1+json`,
        digest: manifest.digest,
        size: manifest.sizeBytes,
        platform: { architecture: input.architecture, os: 'linux' },
        annotations: {
          'io.containerd.image.name': input.reference,
          'org.opencontainers.image.ref.name': input.reference.slice(input.reference.lastIndexOf(':') + 1),
        },
      },
    ],
  });
  // What `docker load` reads where the engine is too old for OCI layouts (before 25).
  const dockerManifest = JSON.stringify([
    {
      Config: blobName(config.digest),
      RepoTags: [input.reference],
      Layers: layers.map(({ digest }) => blobName(digest)),
    },
  ]);
  const texts = [
    { name: 'oci-layout', text: JSON.stringify({ imageLayoutVersion: '1.0.0' }) },
    { name: 'index.json', text: index },
    { name: 'manifest.json', text: dockerManifest },
    { name: blobName(config.digest), text: config.text },
    { name: blobName(manifest.digest), text: manifest.text },
  ];
  return {
    reference: input.reference,
    digest: manifest.digest,
    archiveHash: createHash('sha256').update(JSON.stringify(texts)).digest('hex'),
    texts,
    layers,
    sizeBytes: archiveSize([
      ...texts.map(({ text }) => Buffer.byteLength(text)),
      ...layers.map(({ sizeBytes }) => sizeBytes),
    ]),
  };
}

/** Name of a blob in the archive. */
export function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function imageConfig(
  { config, architecture, created = '1970-01-01T00:00:00Z' }: OciImageInput,
  layers: readonly Layer[],
): unknown {
  // JSON.stringify leaves out what is undefined.
  return {
    created,
    architecture,
    os: 'linux',
    config: {
      Entrypoint: config.entrypoint,
      Env: Object.entries({
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        ...config.env,
      }).map(([name, value]) => `${name}=${value}`),
      User: config.user,
      WorkingDir: config.workingDir,
      StopSignal: config.stopSignal,
      Labels: config.labels,
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created, created_by: 'drainbench' })),
  };
}

function blob(content: unknown): { text: string; digest: string; sizeBytes: number } {
  const text = JSON.stringify(content);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { text, digest, sizeBytes: Buffer.byteLength(text) };
}

/** A tar member is a header of 512 bytes and its content in blocks of 512; two empty blocks end the archive. */
function archiveSize(contents: readonly number[]): number {
  return contents.reduce((sum, bytes) => sum + 512 + Math.ceil(bytes / 512) * 512, 1024);
}
