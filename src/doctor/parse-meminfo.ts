/** Fields of /proc/meminfo in bytes; the file says kB and means KiB (proc(5)). Absent fields are absent here too. */
export function parseMeminfo(text: string): Map<string, number> {
  const fields = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([^:]+):\s+(\d+)( kB)?$/.exec(line);
    if (match?.[1] !== undefined)
      fields.set(match[1], Number(match[2]) * (match[3] === undefined ? 1 : 1024));
  }
  return fields;
}
