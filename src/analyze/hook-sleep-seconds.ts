import { asList, asRecord } from './read-json.ts';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * How long a preStop hook sleeps, s: natively, or by the longest `sleep` of its command, which takes fractions, units
 * (`1m`), several of them (`1m 30s`: their sum) and `infinity`. 0 where it does not.
 */
export function hookSleepSeconds(preStop: Readonly<Record<string, unknown>>): number {
  const native = Number(asRecord(preStop['sleep'])['seconds'] ?? 0);
  const command = asList(asRecord(preStop['exec'])['command']).join(' ');
  const sleeps = command.matchAll(/(?:^|[\s/;&|(])sleep((?:\s+(?:infinity|(?:\d+\.?\d*|\.\d+)[smhd]?)\b)+)/g);
  const seconds = [...sleeps].map(([, times = '']) =>
    times
      .trim()
      .split(/\s+/)
      .reduce((sum, time) => sum + secondsOf(time), 0),
  );
  return Math.max(native, 0, ...seconds);
}

function secondsOf(time: string): number {
  if (time === 'infinity') return Infinity;
  return Number.parseFloat(time) * (UNIT_SECONDS[time.at(-1) ?? ''] ?? 1);
}
