/** What a user calls a failed request: `<trial>/<load>-<id>`, or `<load>-<id>`. */
export interface RequestName {
  readonly trial: number | null;
  readonly load: string;
  readonly id: number;
}

/** `null` where it is no such name. */
export function parseRequestName(text: string): RequestName | null {
  const match = /^(?:(\d+)\/)?(.+)-(\d+)$/.exec(text);
  if (match?.[2] === undefined) return null;
  return { trial: match[1] === undefined ? null : Number(match[1]), load: match[2], id: Number(match[3]) };
}
