/**
 * Compares dotted versions by their numbers: negative when `a` is older, 0 when equal, positive when newer.
 * What precedes the first digit (`v`, `go`) and what follows the numbers (`-rc.1`, ` linux/amd64`) is ignored;
 * missing parts count as 0.
 */
export function compareVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  const dotted = /\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0';
  return dotted.split('.').map(Number);
}
