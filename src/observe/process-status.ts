import { readFile } from 'node:fs/promises';

/** What /proc tells of a process: its files status, cmdline, wchan and syscall. */
export interface ProcessStatus {
  readonly pid: number;
  readonly parentPid: number;
  readonly comm: string;
  readonly commandLine: readonly string[];
  /** Its number in the innermost pid namespace. */
  readonly innerPid: number;
  readonly handledSignals: readonly number[];
  readonly blockedSignals: readonly number[];
  /** It is in sigwait(), sigwaitinfo() or sigtimedwait(): signals are answered without a handler. */
  readonly waitsForSignals: boolean;
}

/** rt_sigtimedwait, by Node's name of the architecture. */
const SIGTIMEDWAIT: Readonly<Record<string, string>> = { x64: '128', arm64: '137' };

/** `null` when the process is gone. */
export async function readProcessStatus(pid: number): Promise<ProcessStatus | null> {
  // Which of the last two can be read depends on how the kernel was built.
  const optional = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  try {
    const [status, cmdline, wchan, syscall] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      optional('wchan'),
      optional('syscall'),
    ]);
    return parseProcessStatus(pid, status, cmdline, isSigtimedwait(wchan, syscall));
  } catch {
    return null; // ENOENT or ESRCH
  }
}

/** While it waits, the kernel takes the signals that it waits for out of SigBlk: nothing but the call itself tells. */
function isSigtimedwait(wchan: string, syscall: string): boolean {
  return wchan.startsWith('do_sigtimedwait') || syscall.split(' ')[0] === SIGTIMEDWAIT[process.arch];
}

/** Reads the two files' texts. SigCgt and SigBlk are masks in hexadecimal, signal 1 in their lowest bit. */
export function parseProcessStatus(
  pid: number,
  status: string,
  cmdline: string,
  waitsForSignals = false,
): ProcessStatus {
  const field = (name: string) => new RegExp(`^${name}:[\t ]*(.*)$`, 'm').exec(status)?.[1] ?? '';
  return {
    pid,
    parentPid: Number(field('PPid')),
    comm: field('Name'),
    // Arguments end with NUL each.
    commandLine: cmdline === '' ? [] : cmdline.replace(/\0$/, '').split('\0'),
    innerPid: Number(field('NSpid').split('\t').at(-1)),
    handledSignals: signalsOf(field('SigCgt')),
    blockedSignals: signalsOf(field('SigBlk')),
    waitsForSignals,
  };
}

function signalsOf(hex: string): readonly number[] {
  const mask = BigInt(`0x${hex || '0'}`);
  const signals: number[] = [];
  for (let signal = 1; signal <= 64; signal++) {
    if ((mask >> BigInt(signal - 1)) & 1n) signals.push(signal);
  }
  return signals;
}
