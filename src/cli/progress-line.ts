import { terminalLines, terminalText } from '../model/terminal-text.ts';

/** One line that is rewritten on a terminal; elsewhere a plain line at most every ten seconds. */
export interface ProgressLine {
  update(text: string): void;
  /** Replaces the line for good. */
  finish(text: string): void;
}

const QUIET_MS = 10_000;

export function progressLine(out: NodeJS.WriteStream = process.stderr): ProgressLine {
  let lastPrintedAt = -Infinity;
  return {
    update: (told) => {
      const text = terminalText(told);
      if (out.isTTY) out.write(`\r\u001b[K${text.slice(0, Math.max(20, out.columns - 1))}`);
      else if (performance.now() - lastPrintedAt > QUIET_MS) {
        lastPrintedAt = performance.now();
        out.write(`${text}\n`);
      }
    },
    finish: (told) => {
      const text = terminalLines(told);
      out.write(out.isTTY ? `\r\u001b[K${text}\n` : `${text}\n`);
    },
  };
}
