/** What the OCI image specification (and Go) calls an architecture that Node names otherwise. */
const renamed: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/** An image's name for a CPU architecture: `amd64` for Node's `x64`. */
export function ociArchitecture(nodeArchitecture: string): string {
  return renamed[nodeArchitecture] ?? nodeArchitecture;
}
