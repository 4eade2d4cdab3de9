/** What of a preStop hook tells how long it sleeps, as the Pod's spec has it. */
export interface SleepingHook {
  readonly sleep?: { readonly seconds?: number };
  readonly exec?: { readonly command?: readonly string[] };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `sleep 5`, by whatever path, also in a shell. */
const ONLY_SLEEPS = /^(\S*\/)?((ba|da|a)?sh -c )?(\S*\/)?sleep \S+$/;

/**
 * How long a preStop hook sleeps, s: natively, or by the longest `sleep` of its command, which takes fractions, units
 * (`1m`), several of them (`1m 30s`: their sum) and `infinity`. 0 where it does not.
 */
export function hookSleepSeconds({ sleep, exec }: SleepingHook): number {
  const command = (exec?.command ?? []).join(' ');
  const sleeps = command.matchAll(/(?:^|[\s/;&|(])sleep((?:\s+(?:infinity|(?:\d+\.?\d*|\.\d+)[smhd]?)\b)+)/g);
  const seconds = [...sleeps].map(([, times = '']) =>
    times
      .trim()
      .split(/\s+/)
      .reduce((sum, time) => sum + secondsOf(time), 0),
  );
  return Math.max(sleep?.seconds ?? 0, 0, ...seconds);
}

/** Whether a hook's command is one `sleep` and nothing else, so that it takes just that long. */
export function onlySleeps(command: readonly string[]): boolean {
  return ONLY_SLEEPS.test(command.join(' '));
}

function secondsOf(time: string): number {
  if (time === 'infinity') return Infinity;
  return Number.parseFloat(time) * (UNIT_SECONDS[time.at(-1) ?? ''] ?? 1);
}
