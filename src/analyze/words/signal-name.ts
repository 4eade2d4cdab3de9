/** Signal numbers of Linux on x86 and ARM, as far as images use them to stop. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  15: 'SIGTERM',
  28: 'SIGWINCH',
};
const FIRST_REAL_TIME = 34;

/** `SIGTERM` for 15; real-time signals as `SIGRTMIN+3`, what has no name here as `signal 23`. */
export function signalName(signal: number): string {
  if (signal >= FIRST_REAL_TIME) return `SIGRTMIN+${signal - FIRST_REAL_TIME}`;
  return NAMES[signal] ?? `signal ${signal}`;
}
