import { describe, expect, it } from 'vitest';
import { ociArchitecture } from '../../../src/image/oci-architecture.ts';

describe('ociArchitecture', () => {
  it('renames what OCI names otherwise and keeps the rest', () => {
    expect(['x64', 'arm64', 'ia32', 's390x'].map(ociArchitecture)).toEqual([
      'amd64',
      'arm64',
      '386',
      's390x',
    ]);
  });
});
