export interface CgroupMounts {
  readonly layout: 'v1' | 'v2' | 'hybrid' | 'none';
  /** v1 controller → where its hierarchy is mounted. */
  readonly v1: ReadonlyMap<string, string>;
  /** Where the v2 hierarchy is mounted. */
  readonly v2: string | null;
}

/**
 * Finds the cgroup hierarchies in the text of /proc/self/mountinfo (proc(5): fields, ` - `, type, source, options).
 * `hybrid` = v1 controllers with a v2 mount beside them.
 */
export function parseCgroupMounts(mountinfo: string): CgroupMounts {
  const v1 = new Map<string, string>();
  let v2: string | null = null;
  for (const line of mountinfo.split('\n')) {
    const [mount, fileSystem] = line.split(' - ');
    const mountPoint = unescapePath(mount?.split(' ')[4] ?? '');
    const [type, , options] = fileSystem?.split(' ') ?? [];
    if (type === 'cgroup2') v2 ??= mountPoint;
    if (type !== 'cgroup') continue;
    for (const option of options?.split(',') ?? []) {
      if (!V1_MOUNT_OPTIONS.has(option) && !option.includes('=') && !v1.has(option))
        v1.set(option, mountPoint);
    }
  }
  return { layout: layoutOf(v1.size > 0, v2 !== null), v1, v2 };
}

/** Options of a v1 mount that are no controllers. */
const V1_MOUNT_OPTIONS = new Set([
  'rw',
  'ro',
  'xattr',
  'none',
  'noprefix',
  'clone_children',
  'cpuset_v2_mode',
  'favordynmods',
]);

function layoutOf(hasV1: boolean, hasV2: boolean): CgroupMounts['layout'] {
  if (hasV1) return hasV2 ? 'hybrid' : 'v1';
  return hasV2 ? 'v2' : 'none';
}

/** Blanks and backslashes in mount points are written as three octal digits. */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
