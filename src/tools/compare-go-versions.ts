/** Negative when `a` is the older Go release, zero when equal. Takes `1.26`, `1.26.8` and `go1.27rc1`. */
export function compareGoVersions(a: string, b: string): number {
  const left = parts(a);
  const right = parts(b);
  for (const [index, part] of left.entries()) {
    const difference = part - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Major, minor, patch; a release candidate counts as just before patch 0. */
function parts(version: string): readonly number[] {
  const match = /^(?:go)?(\d+)(?:\.(\d+))?(?:\.(\d+))?(rc|beta)?/.exec(version);
  if (match === null) return [0, 0, 0];
  const [, major = '0', minor = '0', patch = '0', preRelease] = match;
  return [Number(major), Number(minor), preRelease === undefined ? Number(patch) : -1];
}
