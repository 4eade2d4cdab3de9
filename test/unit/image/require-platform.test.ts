import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/model/exit-code.ts';
import type { ImageArchive } from '../../../src/image/image-archive.ts';
import { requirePlatform } from '../../../src/image/require-platform.ts';

const archive = (...architectures: readonly string[]): ImageArchive => ({
  path: 'app.tar',
  format: 'oci',
  compression: 'none',
  images: [
    { references: [], platforms: architectures.map((architecture) => ({ os: 'linux', architecture })) },
  ],
});

describe('requirePlatform', () => {
  it('is content with one platform that fits', () => {
    expect(() => requirePlatform(archive('arm64', 'amd64'), 'amd64')).not.toThrow();
  });

  it('refuses an image for another architecture and names both', () => {
    expect(() => requirePlatform(archive('arm64'), 'amd64')).toThrow(
      expect.objectContaining({
        code: 'image-wrong-platform',
        expected: 'linux/amd64',
        found: 'linux/arm64',
        exitCode: EXIT.usage,
      }),
    );
  });

  it('asks each of several images, and names the one that does not fit', () => {
    const [fits, other] = [archive('amd64').images, archive('arm64').images];
    const images = [...fits, ...other.map((image) => ({ ...image, references: ['docker.io/library/b:1'] }))];
    expect(() => requirePlatform({ ...archive('amd64'), images }, 'amd64')).toThrow(
      /docker\.io\/library\/b:1/,
    );
  });

  it('refuses an image for another operating system', () => {
    const images = [{ references: [], platforms: [{ os: 'windows', architecture: 'amd64' }] }];
    const windows = { ...archive('amd64'), images };
    expect(() => requirePlatform(windows, 'amd64')).toThrow(
      expect.objectContaining({ found: 'windows/amd64' }),
    );
  });
});
