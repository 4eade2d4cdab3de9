/**
 * Whether an object is one of a trial's, or was made of one by a controller, as far as its name tells.
 *
 * @param names of the trial's objects; `null`: all that there are, are its own
 */
export function isOwnName(names: readonly string[] | null, name: string): boolean {
  return names?.some((known) => name === known || name.startsWith(`${known}-`)) ?? true;
}
