/** One line of trace_pipe: what every event has. The event's own fields are in `text`. */
export interface TraceLine {
  /** Name of the thread that ran on the CPU; `<...>` when the kernel does not remember it. */
  readonly comm: string;
  readonly tid: number;
  /** Its process; `null` when the kernel does not remember it. */
  readonly tgid: number | null;
  /** The CPU was in an interrupt: whatever thread it ran has nothing to do with the event. */
  readonly inInterrupt: boolean;
  /** CLOCK_MONOTONIC, whole seconds and ns within; the kernel prints µs, rounded. */
  readonly seconds: number;
  readonly ns: number;
  readonly event: string;
  readonly text: string;
}

/**
 * Reads a line such as
 * `  runc-31221   (  31221) [000] d..1.  5124.217271: signal_generate: sig=15 …`; `null` for anything else.
 * A thread's name may hold any character, but with 15 of them at most it cannot imitate the rest of the line.
 */
export function parseTraceLine(line: string): TraceLine | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, comm = '', tid, tgid = '', flags = '', seconds, micros, event = '', text = ''] = match;
  return {
    comm,
    tid: Number(tid),
    tgid: /^\d+$/.test(tgid) ? Number(tgid) : null,
    // Third flag: h, H, s, z or Z in hard, soft and non-maskable interrupts.
    inInterrupt: (flags[2] ?? '.') !== '.',
    seconds: Number(seconds),
    ns: Number(micros) * 1000,
    event,
    text,
  };
}

/** `CPU:1 [LOST 1234 EVENTS]`: the buffer was overrun before the line that follows. */
export function isLostLine(line: string): boolean {
  return /^CPU:\d+ \[LOST .*EVENTS\]$/.test(line);
}

const LINE = /^ *(.*?)-(\d+) +(?:\( *(\d+|-+)\) +)?\[\d+\] +(\S+) +(\d+)\.(\d{6}): (\w+): (.*)$/s;
