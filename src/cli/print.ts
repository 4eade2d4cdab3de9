import { colouredLines, terminalLines } from '../model/terminal-text.ts';

/** Prints lines. Whoever made them: what would make a terminal do something is left out. */
export function print(text: string): void {
  process.stdout.write(terminalLines(text));
}

/** The same with the colours that we have painted ourselves. */
export function printColoured(text: string): void {
  process.stdout.write(colouredLines(text));
}

/** Prints lines that are not the result of a command: what happens, what is amiss. */
export function printError(text: string): void {
  process.stderr.write(terminalLines(text));
}
