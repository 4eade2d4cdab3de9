/**
 * The fields of /proc/PID/stat from the third on: state, parent, … The second, in parentheses, is a name that may itself
 * hold spaces and parentheses.
 */
export function procStatFields(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Where `procStatFields` has the pid of the parent, field 4. */
export const PARENT = 1;
/** Where `procStatFields` has the kernel's flags of the process, field 9. */
export const FLAGS = 6;
/** Where `procStatFields` has the clock ticks between boot and the start of the process, field 22. */
export const START_TICKS = 19;
