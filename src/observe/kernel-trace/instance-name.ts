import { PROCESS_MARK, processMark } from '../../model/process-mark.ts';

let made = 0;

/** A name for the next instance of this process; trace instances do not outlive a boot, so it is unique. */
export function nextInstanceName(): string {
  made++;
  return `drainbench-${processMark()}-${made}`;
}

const NAME = new RegExp(`^drainbench-(${PROCESS_MARK})-\\d+$`);

/** The mark of the process that made an instance (`isMarkOfDead`); `null` for one that is not ours to touch. */
export function ownerOfInstance(name: string): string | null {
  return NAME.exec(name)?.[1] ?? null;
}
