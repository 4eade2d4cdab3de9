/** What a user calls a failed request: `<trial>/<load>-<id>`, `<trial>.attempt2/<load>-<id>`, or `<load>-<id>`. */
export interface RequestName {
  readonly trial: number | null;
  /** `null`: the attempt that counts. */
  readonly attempt: number | null;
  readonly load: string;
  readonly id: number;
}

/** `null` where it is no such name. */
export function parseRequestName(text: string): RequestName | null {
  const match = /^(?:(\d+)(?:\.attempt(\d+))?\/)?(.+)-(\d+)$/.exec(text);
  if (match?.[3] === undefined) return null;
  const [, trial, attempt, load, id] = match;
  return {
    trial: trial === undefined ? null : Number(trial),
    attempt: attempt === undefined ? null : Number(attempt),
    load,
    id: Number(id),
  };
}
